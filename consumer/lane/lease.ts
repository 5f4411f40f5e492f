// What a commit of the group says besides its offset: the topic it is about, and the lease.
import { z } from 'zod'
import type { Lease } from './lane-state.ts'

const metadata = z.object({
  topic_id: z.string(),
  since: z.number().optional(),
  until: z.int().optional(),
  /** Instead of the lease, of a version that committed each range before it was inserted. */
  deadline: z.int().optional(),
})

/** The text that travels with a commit; Kafka takes up to 4,096 bytes of it. */
export function toMetadata(topicId: string, lease: Lease | null): string {
  return JSON.stringify({ topic_id: topicId, ...lease })
}

/** What a commit's text says. `topicId` is null, and there is no lease, for a text that was not written here. */
export function readMetadata(text: string | null): { topicId: string | null; lease: Lease | null } {
  const parsed = metadata.safeParse(parseOrNull(text))
  if (!parsed.success) return { topicId: null, lease: null }
  const { topic_id: topicId, since = 0, until, deadline } = parsed.data
  const end = until ?? deadline
  return { topicId, lease: end === undefined ? null : { since, until: end } }
}

function parseOrNull(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
