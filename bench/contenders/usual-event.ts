// The event as the usual pipeline keeps it: five checked texts and an id.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'

export const usualEventSchema = z.object({
  site_id: z.string().min(1),
  event_type: z.string().min(1),
  path: z.string().optional(),
  user_id: z.string().optional(),
  timestamp: z.iso.datetime().optional(),
})

/** What the usual ingest sends to Kafka, one message an event. */
export interface UsualMessage {
  key: string
  value: string
}

export function toUsualMessage(event: z.output<typeof usualEventSchema>): UsualMessage {
  const kept = { ...event, event_id: randomUUID(), timestamp: event.timestamp ?? new Date().toISOString() }
  return { key: event.site_id, value: JSON.stringify(kept) }
}
