// What one layout of the table costs: to fill, to keep and to ask.
import { queryStats, type StatsScope } from '../../clickhouse/stats-queries.ts'
import { cpuSecondsOf } from '../bench-process.ts'
import type { BenchStack } from '../stack/bench-stack.ts'
import { until } from '../stack/until.ts'
import { spreadOf } from '../statistics.ts'
import { days, firstDay, hotSite, smallSite, source } from './source.ts'

export interface StorageFigures {
  /** Rows a second of inserts one after another, with merges beside them. */
  rowsPerSecond: number
  /** CPU of ClickHouse for a row, its merges included, microseconds; null where the system does not tell. */
  cpuPerRow: number | null
  /** On disk as merges left it. */
  bytesPerRow: number
  /** Milliseconds of the first answer to GET /stats, the median of several. */
  askMs: Record<keyof typeof questions, number>
}

const rowsOfInsert = 50_000
const askedTimes = 7
const dayMs = 86_400_000

const columns =
  'site_id, event_type, path, user_id, timestamp, event_id, received_at, referrer, properties, kafka_topic_id, kafka_partition, kafka_offset, kafka_line'

const scope = (siteId: string, day: number, count: number): StatsScope => ({
  ...{ siteId, viewTypes: ['page_view'], limit: 10 },
  ...{ from: firstDay + day * dayMs, to: firstDay + (day + count) * dayMs },
})

/** What is asked; the number makes each question another one. */
const questions = {
  'hot site, a day': (n: number) => scope(hotSite, 100 + n, 1),
  'hot site, 30 days': (n: number) => scope(hotSite, 100 + n, 30),
  'hot site, all year': (n: number) => scope(hotSite, n, days - 10),
  'small site, 30 days': (n: number) => scope(smallSite, 100 + n, 30),
}

/**
 * Makes the table `events` as `ddl` says, in an emptied database, and fills it with the source.
 * @param properties SQL that makes the column of that name
 */
export async function measureLayout(
  stack: BenchStack,
  ddl: string,
  rows: number,
  properties = 'properties',
): Promise<StorageFigures> {
  await stack.emptyDatabase()
  await stack.run(ddl)
  const cpuBefore = cpuSecondsOf(stack.pids.clickhouse())
  const startedAt = performance.now()
  for (let first = 0; first < rows; first += rowsOfInsert) {
    await stack.run(`INSERT INTO events (${columns}) SELECT ${columns.replace('properties', properties)} FROM ${source}
      WHERE number >= ${first} AND number < ${first + rowsOfInsert}`)
  }
  const seconds = (performance.now() - startedAt) / 1000
  await until(
    async () => (await stack.number('SELECT count() FROM system.merges')) === 0,
    'merges do not end',
  )
  const cpuAfter = cpuSecondsOf(stack.pids.clickhouse())
  return {
    rowsPerSecond: rows / seconds,
    cpuPerRow: cpuBefore === null || cpuAfter === null ? null : ((cpuAfter - cpuBefore) / rows) * 1e6,
    bytesPerRow: await stack.number(
      `SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts WHERE database = '${stack.database}' AND active`,
    ),
    askMs: await askAll(stack),
  }
}

async function askAll(stack: BenchStack): Promise<StorageFigures['askMs']> {
  const asked: [string, number][] = []
  for (const [name, question] of Object.entries(questions)) {
    const ms: number[] = []
    for (let n = 0; n < askedTimes; n += 1) {
      const startedAt = performance.now()
      await queryStats(stack.requests, question(n), new AbortController().signal)
      ms.push(performance.now() - startedAt)
    }
    asked.push([name, spreadOf(ms).median])
  }
  return Object.fromEntries(asked) as StorageFigures['askMs']
}
