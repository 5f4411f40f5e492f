// Reporting's routes.
import { Router } from 'express'
import type { ClickHouse } from '../clickhouse/client.ts'
import { isOverLimit } from '../clickhouse/errors.ts'
import { getRoute } from '../runtime/get-route.ts'
import type { Logger } from '../runtime/logger.ts'
import { unavailable } from '../runtime/problem.ts'
import { getStats } from './get-stats.ts'
import type { ReportingMetrics } from './metrics.ts'
import { readStatsRequest } from './stats-request.ts'

export interface ReportingParts {
  clickhouse: ClickHouse
  viewTypes: string[]
  metrics: ReportingMetrics
  logger: Logger
}

/** The routes that answer with numbers. */
export function reportingRoutes({ clickhouse, viewTypes, metrics, logger }: ReportingParts): Router {
  const routes = Router()
  getRoute(routes, ['/stats'], async (req, res) => {
    const request = readStatsRequest(req.url)
    try {
      const answer = await metrics.timeQuery(() => getStats(clickhouse, viewTypes, request))
      res.setHeader('cache-control', 'no-store')
      res.json(answer)
    } catch (error) {
      metrics.queryFailed()
      logger.warn({ err: error }, 'clickhouse did not answer')
      throw isOverLimit(error)
        ? unavailable('the question takes more than a query may: ask for a shorter range', 60)
        : unavailable('the store does not answer: ask again', 2)
    }
  })
  return routes
}
