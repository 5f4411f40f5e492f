// Whether a request was answered as the contract says, and which events were accepted.
import { z } from 'zod'
import { faultsOf, readProblem, type ProblemDocument } from '../../problem-document.ts'
import type { Received } from '../../send.ts'
import type { RequestCase, Verdict } from '../case.ts'
import { expectedOf, type ExpectedEvent } from './expected-event.ts'
import { eventsOf, possibleEvents, textOf } from './read-request.ts'

export interface NamedEvent {
  event: ExpectedEvent
  storedId: string
}

export interface Outcome {
  /** What the answer says was accepted. */
  accepted: NamedEvent[]
  /** What may be stored although the answer does not say so. */
  doubtful: { event: ExpectedEvent; storedId: string | null }[]
  /** Whether the service says that it cannot now and will later, which no input may bring about by itself. */
  isBusy: boolean
}

const nothing: Outcome = { accepted: [], doubtful: [], isBusy: false }

const oneAnswer = z.object({
  status: z.literal('accepted'),
  event_id: z.string(),
  position: z.string().nullable(),
})

const batchAnswer = z.object({
  status: z.enum(['accepted', 'partial']),
  accepted: z.int().min(1),
  rejected: z.int().min(0),
  event_ids: z.array(z.string().nullable()),
  position: z.string().nullable(),
  errors: z.array(z.object({ index: z.int(), retryable: z.boolean(), errors: z.array(z.unknown()).min(1) })),
})

const statsAnswer = z.object({
  site_id: z.string(),
  total_views: z.int().min(0),
  unique_users: z.int().min(0),
  total_events: z.int().min(0),
  top_paths: z.array(z.object({ path: z.string(), views: z.int() })),
})

/** Answers to these tell of other parts of the system too, and 503 is one of them. */
const health = ['/readyz', '/health']

/**
 * Checks an answer.
 * @throws Error that says what is wrong with it
 */
export function checkRequest(sent: RequestCase, received: Received): Outcome {
  const { status, headers } = received
  const isHealth = health.includes(sent.request.path)
  if (status >= 200 && status < 300) return checkGood(sent, received)
  if (status === 503 && !isHealth && headers['retry-after'] !== undefined) return busy(sent, received)
  if (!(status >= 400 && status <= 499) && !(status === 503 && isHealth)) {
    throw new Error('it is neither a 2xx nor a 4xx')
  }
  checkRefusal(sent, received, isHealth)
  return nothing
}

function checkGood(sent: RequestCase, received: Received): Outcome {
  const { kind, request, verdict } = sent
  if (verdict?.must === 'refuse') throw new Error('it had to be refused')
  if (request.method === 'HEAD') return nothing
  if (kind === 'event') return { ...nothing, accepted: [acceptedEvent(sent, received)] }
  if (kind === 'batch') return outcomeOfBatch(sent, received)
  if (kind === 'question') statsAnswer.parse(JSON.parse(received.body))
  return nothing
}

function busy(sent: RequestCase, received: Received): Outcome {
  if (sent.request.method !== 'HEAD') readProblem(received)
  const isPost = sent.kind === 'event' || sent.kind === 'batch'
  const doubtful = isPost
    ? possibleEvents(sent).map((event) => ({ event, storedId: event.id?.stored ?? null }))
    : []
  return { accepted: [], doubtful, isBusy: true }
}

function checkRefusal({ kind, request, verdict }: RequestCase, received: Received, isHealth: boolean): void {
  if (verdict?.must === 'accept' && !isHealth) throw new Error('it had to be accepted')
  if (received.status === 408) throw new Error('the request was whole')
  if (request.method === 'HEAD') {
    if (received.body !== '') throw new Error('an answer to HEAD has a body')
    return
  }
  const problem = readProblem(received)
  if (received.status === 400 && kind !== 'request') checkFaults(problem, verdict)
}

function checkFaults(problem: ProblemDocument, verdict: Verdict): void {
  if (!problem.errors?.length) throw new Error('it names no errors')
  const field = verdict?.must === 'refuse' ? verdict.field : null
  if (field !== null) checkNamed(field, faultsOf(problem))
}

/** A field is named by itself or by a place inside it. */
function checkNamed(field: string, faults: string[]): void {
  if (faults.some((fault) => fault.startsWith(`${field} `) || fault.startsWith(`${field}.`))) return
  throw new Error(`it had to name ${field}`)
}

function acceptedEvent({ request }: RequestCase, received: Received): NamedEvent {
  if (received.status !== 202) throw new Error('an event that is accepted is a 202')
  const { event_id } = oneAnswer.parse(JSON.parse(received.body))
  return named(JSON.parse(textOf(request)), event_id)
}

/** @param id as the answer tells it: what was sent, or what was made */
function named(sent: unknown, id: string): NamedEvent {
  const event = expectedOf(sent as Record<string, unknown>)
  if (event.id && event.id.sent !== id) throw new Error('the answer tells another event_id than was sent')
  return { event, storedId: event.id?.stored ?? id }
}

function outcomeOfBatch({ request, events }: RequestCase, received: Received): Outcome {
  const { status, accepted, rejected, event_ids, errors } = batchAnswer.parse(JSON.parse(received.body))
  const sent = eventsOf(request)
  const inDoubt = new Set(errors.filter(({ retryable }) => retryable).map(({ index }) => index))
  const refused = event_ids.filter((id) => id === null).length
  const isWhole = rejected === 0
  const isTrue =
    event_ids.length === sent.length &&
    errors.length === rejected &&
    errors.every(({ index, retryable }) => retryable !== (event_ids[index] === null)) &&
    rejected === refused + inDoubt.size &&
    accepted === sent.length - rejected &&
    received.status === (isWhole ? 202 : 207) &&
    status === (isWhole ? 'accepted' : 'partial')
  if (!isTrue) throw new Error(`its counts do not fit each other or the ${sent.length} events sent`)
  events?.forEach((verdict, index) => {
    const isRefused = event_ids[index] === null
    if (verdict && isRefused !== (verdict.must === 'refuse')) {
      throw new Error(`event ${index} had to be ${isRefused ? 'accepted' : 'refused'}`)
    }
  })
  const all = event_ids.map((id, index) => (id === null ? null : named(sent[index]?.(), id)))
  const pick = (isDoubtful: boolean) =>
    all.filter((event, index): event is NamedEvent => event !== null && inDoubt.has(index) === isDoubtful)
  return { accepted: pick(false), doubtful: pick(true), isBusy: false }
}
