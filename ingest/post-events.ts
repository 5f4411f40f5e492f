// POST /events: a batch. Every event has its own verdict; nothing is kept before the whole body is checked.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../runtime/http.ts'
import { Problem, type Fault } from '../runtime/problem.ts'
import type { BodyShare } from './body-budget.ts'
import { checkBatch } from './check/check-batch.ts'
import type { Verdict } from './check/kept-event.ts'
import { linesBySite, type SiteEvents } from './check/site-lines.ts'
import { mediaType } from './content-type.ts'
import type { Keep, Kept } from './keep/keeper.ts'
import type { IngestMetrics } from './metrics.ts'
import { notKept } from './not-kept.ts'
import { formatPosition } from './position.ts'
import { readBody } from './read-body.ts'

const maxBodyBytes = 10_000_000
const types = ['application/json', 'application/x-ndjson', 'text/plain'] as const

/** What is told of an event that was not accepted. `index` counts from 0, blank lines left out. */
interface EventError {
  index: number
  event_id: string | null
  retryable: boolean
  errors: Fault[]
}

/**
 * @throws Problem 400 where no event is good, 413 or 415 for what was sent, 503 where too much is being handled, or nothing
 * took any of the good ones
 */
export async function postEvents(
  req: IncomingMessage,
  res: ServerResponse,
  { keep, metrics }: { keep: Keep; metrics: IngestMetrics },
  share: BodyShare,
): Promise<void> {
  const type = mediaType(req.headers['content-type'], types)
  const body = await readBody(req, maxBodyBytes, share)
  const { sites, refused, eventIds } = readBatch(body, type, Date.now())
  for (const { errors } of refused) metrics.refused(errors)
  if (sites.length === 0) {
    const detail = 'no event of the batch can be accepted: see errors'
    throw new Problem(400, detail, { accepted: 0, rejected: refused.length, errors: refused })
  }
  const kept = await keep(sites.map(({ lines }) => lines))
  const lost = kept.lost.length === 0 ? [] : toErrors(kept, sites, eventIds)
  const errors = [...refused, ...lost].sort((left, right) => left.index - right.index)
  const accepted = eventIds.length - errors.length
  if (accepted === 0) throw notKept(kept.reason)
  metrics.accepted(accepted)
  sendJson(res, errors.length > 0 ? 207 : 202, {
    status: errors.length > 0 ? 'partial' : 'accepted',
    accepted,
    rejected: errors.length,
    event_ids: eventIds,
    position: kept.position && formatPosition(kept.position),
    errors,
  })
}

/** What is needed of a batch once it is checked, and no more: it is held until Kafka has answered. */
interface Batch {
  sites: SiteEvents[]
  refused: EventError[]
  /** In the order they were sent; null for one that is refused. */
  eventIds: (string | null)[]
}

function readBatch(body: Buffer, type: string, receivedAt: number): Batch {
  const verdicts = checkBatch(body, type, receivedAt)
  return {
    sites: linesBySite(verdicts, receivedAt),
    refused: verdicts.every(({ ok }) => ok) ? [] : refusals(verdicts),
    eventIds: verdicts.map((verdict) => (verdict.ok ? verdict.eventId() : null)),
  }
}

function refusals(verdicts: readonly Verdict[]): EventError[] {
  return verdicts.flatMap((verdict, index) =>
    verdict.ok ? [] : [{ index, event_id: null, retryable: false, errors: verdict.faults }],
  )
}

/** What is told of the events of sites that were not kept. */
function toErrors(
  { lost, reason }: Kept,
  sites: readonly SiteEvents[],
  eventIds: Batch['eventIds'],
): EventError[] {
  const message = `${reason}: send this event again, with the same event_id`
  const errors = [{ field: '', code: 'unavailable', message }]
  const lostLines = new Set(lost)
  return sites
    .filter(({ lines }) => lostLines.has(lines))
    .flatMap(({ indexes }) =>
      indexes.map((index) => ({ index, event_id: eventIds[index] ?? null, retryable: true, errors })),
    )
}
