// What is remembered is never stale: whatever happens to the table, the next answer is of what it holds then.
import { describe, expect, it } from 'vitest'
import type { ShortRequests } from '../clickhouse/short-requests.ts'
import { fewEvents } from '../clickhouse/stats-queries.ts'
import { freshDatabase, openRequests } from '../test/support/fresh.ts'
import { createCountStats } from './count-stats.ts'

const never = new AbortController().signal
const scope = { siteId: 'demo', from: null, to: null, viewTypes: ['view'], limit: 10 }

/** @param rows how many come at a time */
async function start(rows = fewEvents + 1) {
  const { settings, clickhouse } = await freshDatabase()
  const run = (query: string) => clickhouse.command({ query })
  const store = (path: string, month = 11) =>
    run(
      `INSERT INTO events (site_id, event_type, path, timestamp)
        SELECT 'demo', 'view', '${path}', '2025-${month}-14 00:00:00' FROM numbers(${rows})`,
    )
  return { requests: openRequests(settings), run, store }
}

/** The requests, and what was asked. */
function watched(requests: ShortRequests): { watching: ShortRequests; asked: string[] } {
  const asked: string[] = []
  const send: ShortRequests['send'] = (request) => {
    asked.push(request.query)
    return requests.send(request)
  }
  return { watching: { ...requests, send }, asked }
}

describe('numbers that were counted before', () => {
  it('are not counted again while nothing changed', async () => {
    const { requests, store } = await start()
    await store('/a')
    const { watching, asked } = watched(requests)
    const count = createCountStats(watching)
    const first = await count(scope, never)
    expect(await count(scope, never)).toEqual(first)
    expect(asked.filter((query) => query.includes('uniqExactIf'))).toHaveLength(1)
    expect(asked).toHaveLength(3)
  })

  it.each([1, fewEvents, fewEvents + 1])(
    'are counted again once %i rows have come, and so for each scope',
    async (rows) => {
      const { requests, store } = await start(rows)
      const count = createCountStats(requests)
      const pathsOf = async (limit: number) =>
        (await count({ ...scope, limit }, never)).top_paths.map(({ path }) => path)
      expect(await pathsOf(10)).toEqual([])
      await store('/a')
      expect([await pathsOf(10), await pathsOf(1)]).toEqual([['/a'], ['/a']])
      await store('/b')
      expect([await pathsOf(10), await pathsOf(1)]).toEqual([['/a', '/b'], ['/a']])
    },
  )

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
      const { requests, run, store } = await start()
      await store('/a', 10)
      await store('/b')
      const count = createCountStats(requests)
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
