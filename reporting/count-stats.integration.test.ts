// What is remembered is never stale: whatever happens to the table, the next answer is of what it holds then.
import { describe, expect, it } from 'vitest'
import type { ClickHouse } from '../clickhouse/client.ts'
import { freshDatabase } from '../test/support/fresh.ts'
import { createCountStats } from './count-stats.ts'

const never = new AbortController().signal
const scope = { siteId: 'demo', from: null, to: null, viewTypes: ['view'], limit: 10 }

async function start() {
  const { clickhouse } = await freshDatabase()
  const run = (query: string) => clickhouse.command({ query })
  const store = (path: string, month = 11) =>
    run(
      `INSERT INTO events (site_id, event_type, path, timestamp) VALUES ('demo', 'view', '${path}', '2025-${month}-14 00:00:00')`,
    )
  return { clickhouse, run, store }
}

/** The client, and the queries it was asked. */
function watched(clickhouse: ClickHouse): { client: ClickHouse; asked: string[] } {
  const asked: string[] = []
  const client = Object.create(clickhouse) as ClickHouse
  const query = (...parameters: Parameters<ClickHouse['query']>) => {
    asked.push(parameters[0].query)
    return clickhouse.query(...parameters)
  }
  return { client: Object.assign(client, { query }), asked }
}

describe('numbers that were counted before', () => {
  it('are not counted again while nothing changed', async () => {
    const { clickhouse, store } = await start()
    await store('/a')
    const { client, asked } = watched(clickhouse)
    const count = createCountStats(client)
    const first = await count(scope, never)
    expect(await count(scope, never)).toEqual(first)
    expect(asked.filter((query) => query.includes('uniqExactIf'))).toHaveLength(1)
    expect(asked).toHaveLength(2)
  })

  it('are counted again once a row has come, and so for each scope', async () => {
    const { clickhouse, store } = await start()
    const count = createCountStats(clickhouse)
    const pathsOf = async (limit: number) =>
      (await count({ ...scope, limit }, never)).top_paths.map(({ path }) => path)
    expect(await pathsOf(10)).toEqual([])
    await store('/a')
    expect([await pathsOf(10), await pathsOf(1)]).toEqual([['/a'], ['/a']])
    await store('/b')
    expect([await pathsOf(10), await pathsOf(1)]).toEqual([['/a', '/b'], ['/a']])
  })

  const changes: [string, string[]][] = [
    ['deleted lightly', ["DELETE FROM events WHERE path = '/a'"]],
    ['deleted by a mutation', ["ALTER TABLE events DELETE WHERE path = '/a' SETTINGS mutations_sync = 2"]],
    [
      'changed in place',
      ["ALTER TABLE events UPDATE path = '/c' WHERE path = '/a' SETTINGS mutations_sync = 2"],
    ],
    ['dropped with its month', ['ALTER TABLE events DROP PARTITION 202510']],
  ]
  it.each(changes)(
    'are counted again where a row was %s, though there are as many as before',
    async (_, queries) => {
      const { clickhouse, run, store } = await start()
      await store('/a', 10)
      await store('/b')
      const count = createCountStats(clickhouse)
      const paths = async () => (await count(scope, never)).top_paths.map(({ path }) => path)
      expect(await paths()).toEqual(['/a', '/b'])
      for (const query of queries) await run(query)
      const isChanged = queries[0]?.includes('UPDATE') ?? false
      if (!isChanged) await store('/c')
      expect(await paths()).toEqual(['/b', '/c'])
      await run('OPTIMIZE TABLE events FINAL')
      expect(await paths()).toEqual(['/b', '/c'])
    },
  )
})
