// Reporting's figures.
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'

export interface ReportingMetrics {
  registry: Registry
  /** Runs a query and counts its seconds. */
  timeQuery: <T>(query: () => Promise<T>) => Promise<T>
  /** A query that ClickHouse did not answer. */
  queryFailed: () => void
}

export function createReportingMetrics(): ReportingMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({ name: 'query_duration_seconds', help: 'Seconds of a query', registers })
  const failures = new Counter({ name: 'query_failures_total', help: 'Queries without an answer', registers })
  return {
    registry,
    timeQuery: async (query) => {
      const end = seconds.startTimer()
      try {
        return await query()
      } finally {
        end()
      }
    },
    queryFailed: () => failures.inc(),
  }
}
