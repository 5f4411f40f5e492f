// POST /event: one event, answered once it is kept.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Publisher } from '../kafka/publisher.ts'
import { sendJson } from '../runtime/http.ts'
import { badInput } from '../runtime/problem.ts'
import { checkBytes } from './check-event.ts'
import { mediaType } from './content-type.ts'
import type { IngestMetrics } from './metrics.ts'
import { formatPosition } from './position.ts'
import { readBody } from './read-body.ts'

const maxBodyBytes = 1_000_000
const types = ['application/json', 'text/plain'] as const

/**
 * @throws Problem 400, 413 or 415 for what was sent
 * @throws NotPublished when Kafka did not take it
 */
export async function postEvent(
  req: IncomingMessage,
  res: ServerResponse,
  { publisher, metrics }: { publisher: Publisher; metrics: IngestMetrics },
): Promise<void> {
  mediaType(req.headers['content-type'], types)
  const body = await readBody(req, maxBodyBytes)
  const verdict = checkBytes(body, 'the body', Date.now())
  if (!verdict.ok) {
    metrics.refused(verdict.faults)
    throw badInput(verdict.faults)
  }
  const position = await publisher.publish(verdict.siteId, [verdict.line])
  metrics.accepted(1)
  sendJson(res, 202, { status: 'accepted', event_id: verdict.eventId, position: formatPosition(position) })
}
