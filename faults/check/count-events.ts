// Counts the events of a run without Tallyline: what GET /stats must answer.
import { paths, type RunEvents, type SentEvent } from '../events/event-of.ts'
import { createBitmap, type Bitmap } from '../events/bitmap.ts'

export interface SiteCount {
  total_views: number
  unique_users: number
  total_events: number
  top_paths: { path: string; views: number }[]
}

/** Which events are counted; `from` and `to` are epoch milliseconds, `to` exclusive. */
export interface CountScope {
  from: number
  to: number
}

const viewTypes = new Set(['view', 'page_view', 'pageview'])

interface Tally {
  views: number
  events: number
  users: Bitmap
  paths: Map<string, number>
}

/**
 * The numbers of each site, for all time and for `scope`. Events without a timestamp count to all time only: they
 * happened when they were received, which must lie outside `scope`.
 * @param isCounted tells which of the events up to `sent` are to be counted
 */
export function countEvents(
  events: RunEvents,
  sent: number,
  isCounted: (number: number) => boolean,
  scope: CountScope,
): { all: Map<string, SiteCount>; inScope: Map<string, SiteCount> } {
  const all = newTallies(events)
  const inScope = newTallies(events)
  for (let number = 0; number < sent; number += 1) {
    if (!isCounted(number)) continue
    const event = events.eventOf(number)
    const at = event.timestamp ?? Infinity
    add(all.get(event.site_id), event)
    if (at >= scope.from && at < scope.to) add(inScope.get(event.site_id), event)
  }
  return { all: toCounts(all), inScope: toCounts(inScope) }
}

function newTallies(events: RunEvents): Map<string, Tally> {
  return new Map(
    events.sites.map((site) => [site, { views: 0, events: 0, users: createBitmap(), paths: new Map() }]),
  )
}

function add(tally: Tally | undefined, { event_type, user_id, path }: SentEvent): void {
  if (!tally) return
  tally.events += 1
  if (!viewTypes.has(event_type)) return
  tally.views += 1
  if (user_id !== undefined) tally.users.add(Number(user_id.slice('user-'.length)))
  if (path !== undefined) tally.paths.set(path, (tally.paths.get(path) ?? 0) + 1)
}

function toCounts(tallies: Map<string, Tally>): Map<string, SiteCount> {
  return new Map(
    [...tallies].map(([site, tally]) => [
      site,
      {
        total_views: tally.views,
        unique_users: tally.users.size(),
        total_events: tally.events,
        top_paths: [...tally.paths]
          .map(([path, views]) => ({ path, views }))
          .sort((left, right) => right.views - left.views || (left.path < right.path ? -1 : 1))
          .slice(0, paths),
      },
    ]),
  )
}
