// What a commit of the group says besides its offset: the topic it is about, and the range that is pending.
import { z } from 'zod'
import type { Intent } from './protocol.ts'

const metadata = z.object({
  topic_id: z.string(),
  first: z.int().optional(),
  last: z.int().optional(),
  deadline: z.int().optional(),
})

/** The text that travels with a commit; Kafka takes up to 4,096 bytes of it. */
export function toMetadata(topicId: string, intent: Intent | null): string {
  return JSON.stringify({ topic_id: topicId, ...intent })
}

/**
 * What a commit's text says. `topicId` is null and nothing is pending for a text that was not written here.
 */
export function readMetadata(text: string | null): { topicId: string | null; intent: Intent | null } {
  const parsed = metadata.safeParse(parseOrNull(text))
  if (!parsed.success) return { topicId: null, intent: null }
  const { topic_id: topicId, first, last, deadline } = parsed.data
  const isPending = first !== undefined && last !== undefined && deadline !== undefined
  return { topicId, intent: isPending ? { first, last, deadline } : null }
}

function parseOrNull(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
