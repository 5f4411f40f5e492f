// What the lists of this folder are made of.
import type { SentRequest } from './send.ts'

export interface BadRequest extends SentRequest {
  /** What is wrong, as a fact. */
  name: string
  /** The bytes of the whole request, where no HTTP client would write them; the fields of `SentRequest` then say nothing. */
  raw?: string | Buffer
  /** The answer's status; null where the connection ends without one. */
  status: number | null
  /** Faults the answer must name, as `field code`; the field is empty for the body as a whole. */
  faults?: string[]
  /** Text that the answer's `detail` must hold. */
  detail?: string
  /** Headers that the answer must have. */
  answerHeaders?: Record<string, string>
  /** Node answers this by itself, with a status and nothing else. */
  bare?: true
  /** Costs much to read: repeated when memory is measured. */
  heavy?: true
}

export const json = { 'content-type': 'application/json' }
export const lines = { 'content-type': 'application/x-ndjson' }
export const text = { 'content-type': 'text/plain' }

/** A good event, to be spoilt by `changes`. */
export function goodEvent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { site_id: 'bad-input', event_type: 'page_view', path: '/home', ...changes }
}

/** `depth` of `open`, then `inner`, then `depth` of `close`. */
export function nested(depth: number, open: string, inner: string, close: string): string {
  return open.repeat(depth) + inner + close.repeat(depth)
}
