// What ingest's answer to a batch means for each event of it: kept, refused, or to be sent again.
import { retryAfterMs } from './wait.ts'

/** What came back for a batch. `retryAfter` is the header as it stands. */
export interface Answer {
  status: number
  retryAfter: string | null
  body: string
}

/**
 * `verdicts`: every event not named was kept. `again`: nothing is known, the whole batch goes again.
 * `hopeless`: no batch would fare better, so sending ends.
 */
export type Meaning =
  | {
      kind: 'verdicts'
      refused: Map<number, string>
      again: Set<number>
      position: string | null
      waitMs: number | null
    }
  | { kind: 'again'; reason: string; waitMs: number | null }
  | { kind: 'hopeless'; reason: string }

interface EventErrors {
  index: number
  retryable?: boolean
  errors?: { message: string }[]
}

interface AnswerBody {
  accepted?: number
  detail?: string
  position?: string | null
  event_ids?: (string | null)[]
  errors?: Partial<EventErrors>[]
}

/**
 * Reads the answer to a batch of `size` events.
 * @param now epoch milliseconds, for a Retry-After that is a date
 */
export function readAnswer(answer: Answer, size: number, now: number): Meaning {
  const { status } = answer
  const body = readBody(answer.body)
  const waitMs = retryAfterMs(answer.retryAfter, now)
  if (status === 200 || status === 202 || status === 207) {
    if (body?.accepted === undefined)
      return { kind: 'hopeless', reason: `answered ${status} without verdicts: is this ingest?` }
    return readVerdicts(body, size, waitMs)
  }
  const reason = `answered ${status}${body?.detail ? `: ${body.detail}` : ''}`
  if (status === 400 || status === 413) return readRefusal(body, size, reason)
  if (status === 408 || status === 429 || status >= 500) return { kind: 'again', reason, waitMs }
  return { kind: 'hopeless', reason }
}

function readBody(text: string): AnswerBody | null {
  try {
    const body = JSON.parse(text) as unknown
    return typeof body === 'object' && body !== null ? body : null
  } catch {
    return null
  }
}

function readVerdicts(body: AnswerBody, size: number, waitMs: number | null): Meaning {
  const refused = new Map<number, string>()
  const again = new Set<number>()
  for (const [index, id] of (body.event_ids ?? []).entries()) {
    if (id === null && index < size) refused.set(index, 'refused without a reason')
  }
  for (const error of body.errors ?? []) {
    if (error.index === undefined) continue
    refused.delete(error.index)
    if (error.retryable) again.add(error.index)
    else refused.set(error.index, messageOf(error))
  }
  return { kind: 'verdicts', refused, again, position: body.position ?? null, waitMs }
}

/** A 400 or 413 is final for every event of the batch, whether or not it names each. */
function readRefusal(body: AnswerBody | null, size: number, reason: string): Meaning {
  const refused = new Map(Array.from({ length: size }, (_, index) => [index, reason]))
  for (const error of body?.errors ?? []) {
    if (error.index !== undefined) refused.set(error.index, messageOf(error))
  }
  return { kind: 'verdicts', refused, again: new Set(), position: null, waitMs: null }
}

function messageOf(error: Partial<EventErrors>): string {
  return error.errors?.map((fault) => fault.message).join('; ') || 'refused without a reason'
}
