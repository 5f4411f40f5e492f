// The database of the bench: emptied, filled, and asked for single numbers.
import type { z } from 'zod'
import { createClickHouse } from '../../clickhouse/client.ts'
import { toClickHouseSettings, type clickhouseVariables } from '../../clickhouse/config.ts'
import { migrate } from '../../clickhouse/migrate.ts'
import { openShortRequests, type ShortRequests } from '../../clickhouse/short-requests.ts'
import { createUsualTable } from '../contenders/usual-table.ts'
import { until } from './until.ts'

/** A million rows are made, or made one part, within this. */
const requestTimeoutMs = 300_000

export interface BenchDatabase {
  /** Bound to `database`, which is the bench's own. */
  requests: ShortRequests
  database: string
  /** Drops the database with all that is in it and makes it anew, empty. */
  emptyDatabase: () => Promise<void>
  /** Makes the tables of all contenders, empty, in an emptied database. */
  makeTables: () => Promise<void>
  /** Makes the database another one, which is dropped when the bench ends. */
  setAside: (name: string) => Promise<void>
  run: (query: string) => Promise<void>
  rows: <Row>(query: string) => Promise<Row[]>
  /** The one number that `query` answers. */
  number: (query: string) => Promise<number>
  /** Resolves when `table` holds that many rows. */
  untilRows: (table: string, count: number) => Promise<void>
}

export function openBenchDatabase(
  flat: z.output<z.ZodObject<typeof clickhouseVariables>>,
): BenchDatabase & { version: () => Promise<string>; close: () => Promise<void> } {
  const settings = toClickHouseSettings(flat)
  const { database } = settings
  const server = createClickHouse({ ...settings, database: 'default' }, requestTimeoutMs)
  const clickhouse = createClickHouse(settings, requestTimeoutMs)
  const requests = openShortRequests(settings, requestTimeoutMs)
  const names = [database]
  const drop = (name: string) => server.command({ query: `DROP DATABASE IF EXISTS ${name} SYNC` })
  const make = async () => {
    await drop(database)
    await server.command({ query: `CREATE DATABASE ${database} ENGINE = Atomic` })
  }
  const rows = async <Row>(query: string) => {
    const answer = await clickhouse.query({
      query,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    })
    return answer.json<Row>()
  }
  const number = async (query: string) => {
    const [row = {}] = await rows<Record<string, number>>(query)
    return Object.values(row)[0] ?? 0
  }
  return {
    ...{ requests, database, rows, number },
    run: async (query) => {
      await clickhouse.command({ query })
    },
    emptyDatabase: make,
    makeTables: async () => {
      await make()
      await migrate(server, clickhouse, database, ['page_view'])
      await clickhouse.command({ query: createUsualTable })
    },
    setAside: async (name) => {
      names.push(name)
      await drop(name)
      await server.command({ query: `RENAME DATABASE ${database} TO ${name}` })
    },
    untilRows: (table, count) =>
      until(
        async () => (await number(`SELECT count() FROM ${table}`)) >= count,
        `not all of ${count} rows came into ${table} in time`,
      ),
    version: async () => {
      const [row] = await rows<{ version: string }>('SELECT version() AS version')
      return row?.version ?? ''
    },
    close: async () => {
      for (const name of names) await drop(name)
      requests.close()
      await Promise.all([server.close(), clickhouse.close()])
    },
  }
}
