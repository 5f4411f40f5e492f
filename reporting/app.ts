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

export interface ReportingParts {
  clickhouse: ClickHouse
  freshness: StoreFreshness
  viewTypes: string[]
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
    const stats = await ask(parts, () => getStats(clickhouse, viewTypes, request))
    res.setHeader('cache-control', 'no-store')
    res.json({ ...stats, ...freshnessMembers(known, isReached) })
  })
  return routes
}

async function ask<T>({ metrics, logger }: ReportingParts, query: () => Promise<T>): Promise<T> {
  try {
    return await metrics.timeQuery(query)
  } catch (error) {
    metrics.queryFailed()
    logger.warn({ err: error }, 'clickhouse did not answer')
    throw isOverLimit(error)
      ? unavailable('the question takes more than a query may: ask for a shorter range', 60)
      : unavailable('the store does not answer: ask again', 2)
  }
}
