// A client that goes on sending, whatever happens to the other side, and remembers what was accepted.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { postLines } from '../support/http.ts'

export interface Sending {
  /** The ids of the events that were answered with 2xx so far. */
  accepted: string[]
  /** Ends it after the batch under way. */
  stop: () => Promise<void>
}

const eventsInBatch = 20
const pauseMs = 20

/** Sends batches of page views of `site`, one after the other. What is refused is forgotten, not sent again. */
export function startSending(ingestUrl: string, site: string): Sending {
  const accepted: string[] = []
  const stopping = new AbortController()
  const send = async () => {
    while (!stopping.signal.aborted) {
      accepted.push(...(await sendBatch(ingestUrl, site)))
      await sleep(pauseMs)
    }
  }
  const sending = send()
  return {
    accepted,
    stop: async () => {
      stopping.abort()
      await sending
    },
  }
}

/** Sends one batch; gives the ids of what was accepted of it. */
export async function sendBatch(ingestUrl: string, site: string): Promise<string[]> {
  const events = Array.from({ length: eventsInBatch }, (_, index) => ({
    ...{ site_id: site, event_type: 'page_view', path: `/${index}`, user_id: `user-${index}` },
    event_id: randomUUID(),
  }))
  const answer = await postLines(`${ingestUrl}/events`, events).catch(() => null)
  if (answer === null || answer.status >= 300) return []
  const ids = answer.body['event_ids'] as (string | null)[]
  return ids.filter((id) => id !== null)
}
