// What is said of an event when its line is read: new, stored already, or not known without asking.
import type { Event } from '../../event/event.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import type { Judge } from './decode-record.ts'

/** `receivedAt` is epoch milliseconds. */
export type JudgeEvent = (event: Event, receivedAt: number) => ReturnType<Judge>

/** The word of the window, which knows the event from then on. */
export function judgeWith(recentIds: RecentIds): JudgeEvent {
  return ({ site_id: site, event_id: eventId, timestamp }, receivedAt) =>
    recentIds.judge({ site, eventId, timestamp }, receivedAt)
}
