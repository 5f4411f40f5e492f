// The events of a run. Each is made from the run's seed and its number alone, so none need be remembered: whoever
// counts at the end makes them again.
import { partitionOf } from '../../kafka/partition-of.ts'
import { createRandom, pick, seedOf, skewedBelow, wholeBetween, type Random } from '../random.ts'
import { marks, runIdOf, toId, type RunId } from './ids.ts'

/** An event as a client sends it. */
export interface SentEvent {
  site_id: string
  event_type: string
  event_id: string
  path?: string
  user_id?: string
  /** Epoch milliseconds. */
  timestamp?: number
  referrer?: string
  properties?: Record<string, unknown>
}

export interface RunEvents {
  run: RunId
  sites: readonly string[]
  /** Event `number`: the same at every call. */
  eventOf: (number: number) => SentEvent
  /** Whether the event's id is a text of the sender's own, not a UUID. */
  hasTextId: (number: number) => boolean
  /** Something ingest must refuse, with an id that must never be stored. */
  refusedEvent: (number: number) => object
}

export interface EventsSettings {
  seed: number
  partitions: number
  /** The instant that timestamps of the past count from, epoch milliseconds. */
  base: number
}

export const users = 20_000
export const paths = 300

const sitesPerPartition = 4
const dayMs = 86_400_000

/** One event in so many has a text for its id. */
const textIdEvery = 64

/** Neighbours share the kind of their timestamps: an import of an old log does not come an event at a time. */
const neighbours = 64

export function createRunEvents({ seed, partitions, base }: EventsSettings): RunEvents {
  const run = runIdOf(seed)
  const sites = evenSites(partitions) as [string, ...string[]]
  const hasTextId = (number: number) => number % textIdEvery === textIdEvery - 1
  return {
    run,
    sites,
    hasTextId,
    eventOf: (number) => {
      const random = createRandom(seedOf(seed, number))
      const timestamp = timestampOf(
        createRandom(seedOf(~seed, Math.floor(number / neighbours))),
        random,
        base,
      )
      return {
        site_id: pick(random, sites),
        event_type: pick(random, ['page_view', 'page_view', 'page_view', 'view', 'click']),
        event_id: hasTextId(number) ? `order ${run.high}/${number}` : toId(run, number),
        ...(random() < 0.9 ? { path: `/articles/${skewedBelow(random, paths)}` } : {}),
        ...(random() < 0.85 ? { user_id: `user-${skewedBelow(random, users)}` } : {}),
        ...(timestamp === null ? {} : { timestamp }),
        ...(random() < 0.1 ? { referrer: 'https://example.com/café' } : {}),
        ...(random() < 0.2 ? { properties: { plan: 'pro', width: wholeBetween(random, 300, 3000) } } : {}),
      }
    },
    refusedEvent: (number) => refusedEvent(toId(run, number, marks.refused), number),
  }
}

/** Most events have no timestamp; some are of the last hour, some of the last months, few of long ago. */
function timestampOf(shared: Random, own: Random, base: number): number | null {
  const kind = shared()
  if (kind < 0.9) return null
  if (kind < 0.96) return base - Math.floor(own() * 3_600_000)
  if (kind < 0.99) return base - wholeBetween(shared, 1, 5) * 30 * dayMs - Math.floor(own() * dayMs)
  return Date.UTC(2004 + 2 * wholeBetween(shared, 0, 5), 4, 1) + Math.floor(own() * dayMs)
}

function refusedEvent(event_id: string, number: number): object {
  const event = { site_id: 'refused', event_type: 'page_view', event_id }
  const faults = [{ userid: 'typo' }, { site_id: '' }, { timestamp: 'yesterday' }, { event_type: 7 }]
  return { ...event, ...faults[number % faults.length] }
}

/** Site names that spread evenly over the partitions. */
function evenSites(partitions: number): string[] {
  const left = new Array<number>(partitions).fill(sitesPerPartition)
  const sites: string[] = []
  for (let number = 0; sites.length < partitions * sitesPerPartition; number += 1) {
    const site = `shop-${number}`
    const partition = partitionOf(site, partitions)
    const room = left[partition] ?? 0
    if (room === 0) continue
    left[partition] = room - 1
    sites.push(site)
  }
  return sites
}
