// Reporting's routes.
import { Router } from 'express'
import type { ClickHouse } from '../clickhouse/client.ts'
import { isOverLimit } from '../clickhouse/errors.ts'
import { clientGone } from '../runtime/client-gone.ts'
import { getRoute } from '../runtime/get-route.ts'
import type { Logger } from '../runtime/logger.ts'
import { unavailable } from '../runtime/problem.ts'
import type { StoreFreshness } from './freshness/freshness.ts'
import { freshnessMembers } from './freshness/members.ts'
import { getStats } from './get-stats.ts'
import type { ReportingMetrics } from './metrics.ts'
import { readStatsRequest } from './stats-request.ts'
import { LineTooLong, type Turns } from './turns.ts'

export interface ReportingParts {
  clickhouse: ClickHouse
  freshness: StoreFreshness
  viewTypes: string[]
  turns: Turns
  /** How long an answer may take, waiting for its turn included, milliseconds. */
  queryTimeoutMs: number
  metrics: ReportingMetrics
  logger: Logger
}

/** The routes that answer with numbers. */
export function reportingRoutes(parts: ReportingParts): Router {
  const { clickhouse, freshness, viewTypes } = parts
  const routes = Router()
  getRoute(routes, ['/stats'], async (req, res) => {
    const request = readStatsRequest(req.url)
    const gone = clientGone(req, res)
    const isReached = request.after && (await freshness.waitFor(request.after, gone))
    if (gone.aborted) return
    // Before the numbers: only what is stored by now is sure to be counted.
    const known = await freshness.tell()
    const stats = await ask(parts, gone, (signal) => getStats(clickhouse, viewTypes, request, signal))
    if (stats === null) return
    res.setHeader('cache-control', 'no-store')
    res.json({ ...stats, ...freshnessMembers(known, isReached) })
  })
  return routes
}

/** The answer within the time a question may take, waiting for its turn included; null where nobody waits for it. */
async function ask<T>(
  { turns, queryTimeoutMs, metrics, logger }: ReportingParts,
  gone: AbortSignal,
  query: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const { signal, release } = signalAfter(queryTimeoutMs, gone)
  const asked = { inTime: false }
  const work = () => {
    asked.inTime = true
    return metrics.timeQuery(() => query(signal))
  }
  try {
    return await turns.run(work, signal)
  } catch (error) {
    if (gone.aborted) return null
    if (error instanceof LineTooLong || !asked.inTime)
      throw unavailable('too many questions at once: ask again', 2)
    metrics.queryFailed()
    logger.warn({ err: error }, 'clickhouse did not answer')
    throw isOverLimit(error)
      ? unavailable('the question takes more than a query may: ask for a shorter range', 60)
      : unavailable('the store does not answer: ask again', 2)
  } finally {
    release()
  }
}

/** A signal that is given after `ms` milliseconds or when another one is, whichever comes first. */
function signalAfter(ms: number, other: AbortSignal): { signal: AbortSignal; release: () => void } {
  const ending = new AbortController()
  const end = () => ending.abort(new Error('no answer in time'))
  const timer = setTimeout(end, ms)
  other.addEventListener('abort', end, { once: true })
  if (other.aborted) end()
  const release = () => {
    clearTimeout(timer)
    other.removeEventListener('abort', end)
  }
  return { signal: ending.signal, release }
}
