// The events that every contender is given: plain page views, the same bytes for all of them.
import { createRandom } from '../faults/random.ts'
import { partitionOf } from '../kafka/partition-of.ts'

/** A page view as a client sends it: neither contender is given an id, both make one. */
export interface SampleEvent {
  site_id: string
  event_type: string
  path: string
  user_id: string
  timestamp: string
}

/** Partitions of every topic of the bench. */
export const partitions = 6

const sitesPerPartition = 4
const users = 50_000
const paths = 2000
const hourMs = 3_600_000

/** Site names that spread evenly over the partitions, so that no partition is left to drain alone. */
function evenSites(): string[] {
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

/** The sites of all events. */
export const sites = evenSites()

/**
 * Endless page views of the hour before `until`; low numbers of users and paths come up far more often.
 * @param until epoch milliseconds
 */
export function createEvents(until: number): () => SampleEvent {
  const random = createRandom(1)
  const skewed = (limit: number) => Math.floor(limit ** random()) - 1
  return () => ({
    site_id: sites[Math.floor(random() * sites.length)] ?? '',
    event_type: 'page_view',
    path: `/articles/${skewed(paths)}`,
    user_id: `user-${skewed(users)}`,
    timestamp: new Date(until - Math.floor(random() * hourMs)).toISOString(),
  })
}
