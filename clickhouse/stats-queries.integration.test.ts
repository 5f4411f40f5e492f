import { expect, it, onTestFinished } from 'vitest'
import { freshDatabase, openRequests } from '../test/support/fresh.ts'
import { fewEvents, queryStats, queryStatsOfFew } from './stats-queries.ts'

const scope = { siteId: 'demo', from: null, to: null, viewTypes: ['view'], limit: 10 }
const never = new AbortController().signal

it('gives figures of one moment, whatever is inserted meanwhile', async () => {
  const { settings, clickhouse } = await freshDatabase()
  const requests = openRequests(settings)
  const insert = (n: number) =>
    clickhouse.command({
      query: `INSERT INTO events (site_id, event_type, path, user_id, timestamp)
        SELECT 'demo', 'view', concat('/', toString(number % 3)), toString(number + ${1000 * n}), '2025-11-14 00:00:00'
        FROM numbers(1000)`,
    })
  const over = new AbortController()
  const inserting = (async () => {
    for (let n = 0; !over.signal.aborted; n += 1) await insert(n)
  })()
  onTestFinished(async () => {
    over.abort()
    await inserting
  })
  const seen = new Set<number>()
  for (let question = 0; question < 60; question += 1) {
    const { stats } = await queryStats(requests, scope, never)
    seen.add(stats.total_views)
    const { total_views, unique_users, total_events } = stats
    const listed = stats.top_paths.reduce((sum, { views }) => sum + views, 0)
    expect([listed, unique_users, total_events]).toEqual([total_views, total_views, total_views])
  }
  expect(seen.size).toBeGreaterThan(1)
})

it('gives the same figures of few events as of any number', async () => {
  const { settings, clickhouse } = await freshDatabase()
  const requests = openRequests(settings)
  const sites = ["a'b", 'back\\slash', 'tab\tnew\nline', 'é😀']
  const paths = ['', '/', '/a', '/A', '/é', '/z', '/😀', '/ﬀ']
  const insert = (rows: number, site: number) =>
    clickhouse.command({
      query: `INSERT INTO events (site_id, event_type, path, user_id, timestamp)
        SELECT {site:String}, ['view', 'click', 'b''c'][1 + rand(1) % 3], {paths:Array(String)}[1 + rand(2) % 8],
          if(rand(3) % 5 = 0, '', toString(rand(4) % 50)), toDateTime64('2025-11-14 00:00:00', 3, 'UTC') + rand(5) % 86400
        FROM numbers({rows:UInt32})`,
      query_params: { site: sites[site], rows, paths },
    })
  for (const [site, rows] of [1, 400, fewEvents, fewEvents + 1].entries()) await insert(rows, site)
  const noon = Date.UTC(2025, 10, 14, 12)
  for (const siteId of [...sites, 'unknown']) {
    for (const from of [null, noon])
      for (const viewTypes of [['view'], ['view', "b'c"], ['no\\ne']])
        for (const limit of [1, 10]) {
          const asked = { siteId, from, to: null, viewTypes, limit }
          const few = await queryStatsOfFew(requests, asked, never)
          const { stats } = await queryStats(requests, asked, never)
          // In the same order, too: it is what people read.
          expect(JSON.stringify(few)).toBe(JSON.stringify(stats.total_events > fewEvents ? null : stats))
        }
  }
})
