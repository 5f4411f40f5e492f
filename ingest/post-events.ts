// POST /events: a batch. Every event has its own verdict; nothing is kept before the whole body is checked.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Event } from '../event/event.ts'
import type { Position } from '../kafka/publish/publishing.ts'
import { sendJson } from '../runtime/http.ts'
import { Problem, type Fault } from '../runtime/problem.ts'
import type { BodyShare } from './body-budget.ts'
import type { Verdict } from './check-event.ts'
import { mediaType } from './content-type.ts'
import { NotKept, type Keep } from './keep/keeper.ts'
import type { IngestMetrics } from './metrics.ts'
import { formatPosition } from './position.ts'
import { readBody } from './read-body.ts'
import { checkBatch } from './split-batch.ts'

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
 * @throws Problem 400 where no event is good, 413 or 415 for what was sent, 503 where too much is being handled
 * @throws NotKept when neither Kafka nor the spool took any of the good ones
 */
export async function postEvents(
  req: IncomingMessage,
  res: ServerResponse,
  { keep, metrics }: { keep: Keep; metrics: IngestMetrics },
  share: BodyShare,
): Promise<void> {
  const type = mediaType(req.headers['content-type'], types)
  const body = await readBody(req, maxBodyBytes, share)
  const receivedAt = Date.now()
  const verdicts = checkBatch(body, type, receivedAt)
  const refused = refusals(verdicts)
  for (const { errors } of refused) metrics.refused(errors)
  if (refused.length === verdicts.length) {
    const detail = 'no event of the batch can be accepted: see errors'
    throw new Problem(400, detail, { accepted: 0, rejected: refused.length, errors: refused })
  }
  const { position, lost, reason } = await keepBySite(verdicts, keep, receivedAt)
  const errors = [...refused, ...lost].sort((left, right) => left.index - right.index)
  const accepted = verdicts.length - errors.length
  if (accepted === 0) throw new NotKept(reason)
  metrics.accepted(accepted)
  sendJson(res, errors.length > 0 ? 207 : 202, {
    status: errors.length > 0 ? 'partial' : 'accepted',
    accepted,
    rejected: errors.length,
    event_ids: verdicts.map(idOf),
    position: position && formatPosition(position),
    errors,
  })
}

function refusals(verdicts: Verdict[]): EventError[] {
  return verdicts.flatMap((verdict, index) =>
    verdict.ok ? [] : [{ index, event_id: null, retryable: false, errors: verdict.faults }],
  )
}

interface Kept {
  /** Null where some of them are in the spool: there is no place in the log to wait for then. */
  position: Position | null
  /** The events of sites that were not kept, and why the last of these was not. */
  lost: EventError[]
  reason: string
}

/** Keeps what is good, a site at a time. */
async function keepBySite(verdicts: Verdict[], keep: Keep, receivedAt: number): Promise<Kept> {
  const position: Position = new Map()
  const kept: Kept = { position, lost: [], reason: '' }
  const keeping = [...groupBySite(verdicts)].map(async ([siteId, { lines, checked, indexes }]) => {
    try {
      const stored = await keep(siteId, lines, receivedAt, checked)
      if (stored === null) kept.position = null
      for (const [partition, offset] of stored ?? []) {
        position.set(partition, Math.max(offset, position.get(partition) ?? 0))
      }
    } catch (error) {
      if (!(error instanceof NotKept)) throw error
      kept.reason = error.message
      const message = `${error.message}: send this event again, with the same event_id`
      const errors = [{ field: '', code: 'unavailable', message }]
      for (const index of indexes) {
        kept.lost.push({ index, event_id: idOf(verdicts[index]), retryable: true, errors })
      }
    }
  })
  await Promise.all(keeping)
  return kept
}

/** The good events of one site, and where each stands in the batch. */
interface SiteEvents {
  lines: string[]
  checked: Event[]
  indexes: number[]
}

function groupBySite(verdicts: Verdict[]): Map<string, SiteEvents> {
  const sites = new Map<string, SiteEvents>()
  verdicts.forEach((verdict, index) => {
    if (!verdict.ok) return
    let site = sites.get(verdict.siteId)
    if (!site) sites.set(verdict.siteId, (site = { lines: [], checked: [], indexes: [] }))
    site.lines.push(verdict.line)
    site.checked.push(verdict.event)
    site.indexes.push(index)
  })
  return sites
}

function idOf(verdict: Verdict | undefined): string | null {
  return verdict?.ok ? verdict.eventId : null
}
