// P4: every number equals a count over the events themselves, for any range and zone.
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { rowsOf } from './support/fresh.ts'
import { get, postLines } from './support/http.ts'
import { startPipeline, until } from './support/pipeline.ts'

interface Sample {
  site_id: string
  event_type: string
  path: string
  user_id: string
  timestamp: number
}

const viewTypes = ['view', 'page_view', 'pageview']
const seed = Number(process.env['SEED'] ?? 20251114)
const from = Date.UTC(2025, 2, 28)
const days = 4

const sample = fc.record<Sample>({
  site_id: fc.constantFrom('a', 'b', 'é😀'),
  event_type: fc.constantFrom('view', 'page_view', 'pageview', 'click'),
  path: fc.constantFrom('', '/', '/a', '/A', '/é', '/z', '/😀', '/ﬀ'),
  user_id: fc.constantFrom('', ...Array.from({ length: 40 }, (_, user) => `user-${user}`)),
  timestamp: fc.integer({ min: from, max: from + days * 86_400_000 - 1 }),
})

const question = fc.record({
  site: fc.constantFrom('a', 'b', 'é😀', 'unknown'),
  zone: fc.constantFrom(
    'UTC',
    'Asia/Kathmandu',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  ),
  day: fc.integer({ min: -1, max: days }),
  eventType: fc.constantFrom(null, 'click', 'page_view'),
  limit: fc.constantFrom(1, 3, 10),
})

/** The plain count, straight from the contract's words. */
function countPlainly(
  samples: Sample[],
  asked: { site: string; from: number; to: number; types: string[]; limit: number },
) {
  const all = samples.filter(
    ({ site_id, timestamp }) => site_id === asked.site && timestamp >= asked.from && timestamp < asked.to,
  )
  const views = all.filter(({ event_type }) => asked.types.includes(event_type))
  const paths = new Map<string, number>()
  for (const { path } of views) if (path !== '') paths.set(path, (paths.get(path) ?? 0) + 1)
  const ranked = [...paths].sort(
    ([pathA, viewsA], [pathB, viewsB]) =>
      viewsB - viewsA || Buffer.compare(Buffer.from(pathA), Buffer.from(pathB)),
  )
  return {
    total_views: views.length,
    unique_users: new Set(views.map(({ user_id }) => user_id).filter((user) => user !== '')).size,
    total_events: all.length,
    top_paths: ranked.slice(0, asked.limit).map(([path, count]) => ({ path, views: count })),
  }
}

describe('numbers are exact (P4)', () => {
  it('GET /stats equals a plain count, for random events, days, zones and types', async () => {
    const { ingestUrl, reportingUrl, clickhouse } = await startPipeline()
    const samples = fc.sample(sample, { numRuns: 5000, seed })
    expect(await postLines(`${ingestUrl}/events`, samples)).toMatchObject({ status: 202 })
    await until(
      async () =>
        (await rowsOf<{ n: number }>(clickhouse, 'SELECT count() AS n FROM events'))[0]?.n === samples.length,
    )

    for (const { site, zone, day, eventType, limit } of fc.sample(question, { numRuns: 200, seed })) {
      const date = Temporal.PlainDate.from('2025-03-28').add({ days: day })
      const query = new URLSearchParams({
        site_id: site,
        date: date.toString(),
        timezone: zone,
        limit: String(limit),
      })
      if (eventType) query.set('event_type', eventType)
      const { body } = await get(`${reportingUrl}/stats?${query.toString()}`)
      const asked = {
        site,
        limit,
        from: date.toZonedDateTime(zone).epochMilliseconds,
        to: date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds,
        types: eventType ? [eventType] : viewTypes,
      }
      expect(body).toMatchObject({
        site_id: site,
        date: date.toString(),
        from: new Date(asked.from).toISOString(),
        to: new Date(asked.to).toISOString(),
        timezone: zone,
        ...countPlainly(samples, asked),
      })
    }
  })

  it('the views daily_site_stats and daily_site_paths equal a plain count', async () => {
    const { ingestUrl, clickhouse } = await startPipeline()
    const samples = fc.sample(sample, { numRuns: 3000, seed: seed + 1 })
    await postLines(`${ingestUrl}/events`, samples)
    await until(
      async () =>
        (await rowsOf<{ n: number }>(clickhouse, 'SELECT count() AS n FROM events'))[0]?.n === samples.length,
    )

    for (let day = 0; day < days; day += 1) {
      const start = from + day * 86_400_000
      const date = new Date(start).toISOString().slice(0, 10)
      const asked = { site: 'a', from: start, to: start + 86_400_000, types: viewTypes, limit: 1000 }
      const { top_paths, ...totals } = countPlainly(samples, asked)
      const where = `WHERE site_id = 'a' AND date = '${date}'`
      expect(
        await rowsOf(clickhouse, `SELECT * EXCEPT (site_id, date) FROM daily_site_stats ${where}`),
      ).toEqual([totals])
      expect(
        await rowsOf(
          clickhouse,
          `SELECT path, views FROM daily_site_paths ${where} ORDER BY views DESC, path`,
        ),
      ).toEqual(top_paths)
    }
  })
})
