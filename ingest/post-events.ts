// POST /events: a batch. Every event has its own verdict; nothing is kept before the whole body is checked.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sealedEventsOf } from '../event/seal.ts'
import type { Position, SiteLines } from '../kafka/publish/publishing.ts'
import { sendJson } from '../runtime/http.ts'
import { Problem, type Fault } from '../runtime/problem.ts'
import type { BodyShare } from './body-budget.ts'
import type { Checked, Verdict } from './check-event.ts'
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
  const batch = readBatch(body, type, receivedAt)
  for (const { errors } of batch.refused) metrics.refused(errors)
  if (batch.sites.length === 0) {
    const detail = 'no event of the batch can be accepted: see errors'
    throw new Problem(400, detail, { accepted: 0, rejected: batch.refused.length, errors: batch.refused })
  }
  const { position, lost, reason } = await keepBySite(batch, keep)
  const errors = [...batch.refused, ...lost].sort((left, right) => left.index - right.index)
  const accepted = batch.eventIds.length - errors.length
  if (accepted === 0) throw new NotKept(reason)
  metrics.accepted(accepted)
  sendJson(res, errors.length > 0 ? 207 : 202, {
    status: errors.length > 0 ? 'partial' : 'accepted',
    accepted,
    rejected: errors.length,
    event_ids: batch.eventIds,
    position: position && formatPosition(position),
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

/** The good events of one site, and where each stands in the batch. */
interface SiteEvents {
  lines: SiteLines
  indexes: number[]
}

function readBatch(body: Buffer, type: string, receivedAt: number): Batch {
  const verdicts = checkBatch(body, type, receivedAt)
  return {
    sites: groupBySite(verdicts, receivedAt),
    refused: refusals(verdicts),
    eventIds: verdicts.map((verdict) => (verdict.ok ? verdict.eventId : null)),
  }
}

function groupBySite(verdicts: readonly Verdict[], receivedAt: number): SiteEvents[] {
  const sites = new Map<string, { checked: Checked[]; indexes: number[] }>()
  for (const [index, verdict] of verdicts.entries()) {
    if (!verdict.ok) continue
    let site = sites.get(verdict.siteId)
    if (!site) sites.set(verdict.siteId, (site = { checked: [], indexes: [] }))
    site.checked.push(verdict)
    site.indexes.push(index)
  }
  return Array.from(sites, ([siteId, { checked, indexes }]) => ({
    indexes,
    lines: {
      siteId,
      text: checked.map(({ line }) => line).join('\n'),
      events: checked.length,
      receivedAt,
      checked: sealedEventsOf(checked.map(({ event }) => event)),
    },
  }))
}

function refusals(verdicts: readonly Verdict[]): EventError[] {
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

/** Keeps the events of all sites at the same time; those of each are kept, or lost, by themselves. */
async function keepBySite({ sites, eventIds }: Batch, keep: Keep): Promise<Kept> {
  const position: Position = new Map()
  const kept: Kept = { position, lost: [], reason: '' }
  const keeping = sites.map(async ({ lines, indexes }) => {
    try {
      const stored = await keep(lines)
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
        kept.lost.push({ index, event_id: eventIds[index] ?? null, retryable: true, errors })
      }
    }
  })
  await Promise.all(keeping)
  return kept
}
