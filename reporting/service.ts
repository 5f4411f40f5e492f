// Builds reporting from its parts and stops it.
import { createServer } from 'node:http'
import { createClickHouse, pingClickHouse } from '../clickhouse/client.ts'
import { createApp } from '../runtime/app.ts'
import { closeServer, listen } from '../runtime/http.ts'
import type { Running } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/logger.ts'
import { reportingRoutes } from './app.ts'
import type { ReportingConfig } from './config.ts'
import { createReportingMetrics } from './metrics.ts'

/** Starts answering at once; numbers come as soon as ClickHouse can be reached. */
export async function startReporting(
  config: ReportingConfig,
  logger: Logger,
): Promise<Running & { url: string }> {
  const clickhouse = createClickHouse(config.clickhouse, config.queryTimeoutMs)
  const metrics = createReportingMetrics()
  const routes = reportingRoutes({ clickhouse, viewTypes: config.viewTypes, metrics, logger })
  const checks = { clickhouse: () => pingClickHouse(clickhouse) }
  const server = createServer(createApp({ checks, registry: metrics.registry, routes, logger }))
  const url = await listen(server, config.listen)
  logger.info({ url }, 'reporting listens')
  return {
    url,
    stop: async () => {
      await closeServer(server)
      await clickhouse.close()
    },
  }
}
