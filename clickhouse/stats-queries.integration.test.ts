import { expect, it, onTestFinished } from 'vitest'
import { freshDatabase } from '../test/support/fresh.ts'
import { queryStats } from './stats-queries.ts'

const scope = { siteId: 'demo', from: null, to: null, viewTypes: ['view'], limit: 10 }
const never = new AbortController().signal

it('gives figures of one moment, whatever is inserted meanwhile', async () => {
  const { clickhouse } = await freshDatabase()
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
    const { stats } = await queryStats(clickhouse, scope, never)
    seen.add(stats.total_views)
    const { total_views, unique_users, total_events } = stats
    const listed = stats.top_paths.reduce((sum, { views }) => sum + views, 0)
    expect([listed, unique_users, total_events]).toEqual([total_views, total_views, total_views])
  }
  expect(seen.size).toBeGreaterThan(1)
})
