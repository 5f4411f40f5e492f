// The count that GET /stats is held against.
import { describe, expect, it } from 'vitest'
import { createRunEvents } from '../events/event-of.ts'
import { countEvents } from './count-events.ts'

const base = Date.UTC(2026, 4, 20)
const events = createRunEvents({ seed: 9, partitions: 6, base })
const sent = 60_000
const scope = { from: base - 92 * 86_400_000, to: base - 61 * 86_400_000 }
const { all, inScope } = countEvents(events, sent, (number) => number % 2 === 0, scope)
const chosen = Array.from({ length: sent / 2 }, (_, index) => events.eventOf(2 * index))

describe('the count', () => {
  it('counts the chosen events of a site, views and users apart', () => {
    const site = events.sites[3] ?? ''
    const views = chosen.filter((event) => event.site_id === site && event.event_type !== 'click')
    const count = all.get(site)
    expect(count?.total_events).toBe(chosen.filter((event) => event.site_id === site).length)
    expect(count?.total_views).toBe(views.length)
    expect(count?.unique_users).toBe(new Set(views.flatMap(({ user_id }) => user_id ?? [])).size)
  })

  it('lists the paths by views, then by name', () => {
    const { top_paths: listed = [] } = all.get(events.sites[0] ?? '') ?? {}
    const sorted = [...listed].sort((a, b) => b.views - a.views || (a.path < b.path ? -1 : 1))
    expect(listed).toEqual(sorted)
    expect(listed[0]?.views).toBeGreaterThan(1)
  })

  it('counts only events with a timestamp of their own in a month', () => {
    const inMonth = chosen.filter(
      ({ timestamp = 0 }) => timestamp >= scope.from && timestamp < scope.to,
    ).length
    const counted = [...inScope.values()].reduce((sum, { total_events }) => sum + total_events, 0)
    expect(counted).toBe(inMonth)
    expect(inMonth).toBeGreaterThan(0)
  })
})
