// POST /event: one event, answered once it is kept.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../runtime/http.ts'
import { badInput } from '../runtime/problem.ts'
import type { BodyShare } from './body-budget.ts'
import { checkOne } from './check/check-batch.ts'
import { linesOf } from './check/site-lines.ts'
import { mediaType } from './content-type.ts'
import type { Keep } from './keep/keeper.ts'
import type { IngestMetrics } from './metrics.ts'
import { notKept } from './not-kept.ts'
import { formatPosition } from './position.ts'
import { readBody } from './read-body.ts'

const maxBodyBytes = 1_000_000
const types = ['application/json', 'text/plain'] as const

/** @throws Problem 400, 413 or 415 for what was sent, 503 where too much is being handled, or nothing took the event */
export async function postEvent(
  req: IncomingMessage,
  res: ServerResponse,
  { keep, metrics }: { keep: Keep; metrics: IngestMetrics },
  share: BodyShare,
): Promise<void> {
  mediaType(req.headers['content-type'], types)
  const body = await readBody(req, maxBodyBytes, share)
  const receivedAt = Date.now()
  const verdict = checkOne(body, receivedAt)
  if (!verdict.ok) {
    metrics.refused(verdict.faults)
    throw badInput(verdict.faults)
  }
  const { position, lost, reason } = await keep([linesOf(verdict, receivedAt)])
  if (lost.length > 0) throw notKept(reason)
  metrics.accepted(1)
  sendJson(res, 202, {
    status: 'accepted',
    event_id: verdict.eventId(),
    position: position && formatPosition(position),
  })
}
