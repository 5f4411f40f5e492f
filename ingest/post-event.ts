// POST /event: one event, answered once it is kept.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sealedEventsOf } from '../event/seal.ts'
import { sendJson } from '../runtime/http.ts'
import { badInput } from '../runtime/problem.ts'
import type { BodyShare } from './body-budget.ts'
import { checkJson } from './check-event.ts'
import { mediaType } from './content-type.ts'
import type { Keep } from './keep/keeper.ts'
import type { IngestMetrics } from './metrics.ts'
import { formatPosition } from './position.ts'
import { readBody } from './read-body.ts'

const maxBodyBytes = 1_000_000
const types = ['application/json', 'text/plain'] as const

/**
 * @throws Problem 400, 413 or 415 for what was sent, 503 where too much is being handled
 * @throws NotKept when neither Kafka nor the spool took it
 */
export async function postEvent(
  req: IncomingMessage,
  res: ServerResponse,
  { keep, metrics }: { keep: Keep; metrics: IngestMetrics },
  share: BodyShare,
): Promise<void> {
  mediaType(req.headers['content-type'], types)
  const body = await readBody(req, maxBodyBytes, share)
  const receivedAt = Date.now()
  const verdict = checkJson(body, 'the body', receivedAt)
  if (!verdict.ok) {
    metrics.refused(verdict.faults)
    throw badInput(verdict.faults)
  }
  const { siteId, line: text, event } = verdict
  const position = await keep({ siteId, text, events: 1, receivedAt, checked: sealedEventsOf([event]) })
  metrics.accepted(1)
  sendJson(res, 202, {
    status: 'accepted',
    event_id: verdict.eventId,
    position: position && formatPosition(position),
  })
}
