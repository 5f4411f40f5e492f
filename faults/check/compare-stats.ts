// Asks GET /stats for every site and holds each answer against a count made without Tallyline.
import type { RunEvents } from '../events/event-of.ts'
import { countEvents, type CountScope, type SiteCount } from './count-events.ts'

export interface StatsCheck {
  /** How many answers were compared. */
  answers: number
  /** What differs, as sentences. */
  differences: string[]
}

const mostPaths = 1000

/** @param isCounted tells which of the events up to `sent` must be counted */
export async function compareStats(
  reporting: string,
  events: RunEvents,
  sent: number,
  isCounted: (number: number) => boolean,
  scope: CountScope,
): Promise<StatsCheck> {
  const { all, inScope } = countEvents(events, sent, isCounted, scope)
  const range = `&from=${toInstant(scope.from)}&to=${toInstant(scope.to)}`
  const check: StatsCheck = { answers: 0, differences: [] }
  for (const [counts, query, what] of [
    [all, '', 'of all time'],
    [inScope, range, 'of a month'],
  ] as const) {
    for (const [site, expected] of counts) {
      const url = `${reporting}/stats?site_id=${site}&limit=${mostPaths}${query}`
      const difference = differenceOf(expected, await ask(url))
      if (difference !== null) check.differences.push(`${site} ${what}: ${difference}`)
      check.answers += 1
    }
  }
  return check
}

function toInstant(ms: number): string {
  return new Date(ms).toISOString()
}

async function ask(url: string): Promise<SiteCount> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as SiteCount
}

function differenceOf(expected: SiteCount, found: SiteCount): string | null {
  for (const name of ['total_views', 'unique_users', 'total_events'] as const) {
    if (found[name] !== expected[name]) return `${name} is ${found[name]}, counted ${expected[name]}`
  }
  const [left, right] = [expected, found].map(({ top_paths }) => JSON.stringify(top_paths))
  return left === right ? null : `top_paths differ: ${right?.slice(0, 200)}, counted ${left?.slice(0, 200)}`
}
