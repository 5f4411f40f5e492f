// Reporting's figures.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FreshnessFigures } from './freshness/freshness.ts'

export interface ReportingMetrics {
  registry: Registry
  /** Runs a query and counts its seconds. */
  timeQuery: <T>(query: () => Promise<T>) => Promise<T>
  /** A query that ClickHouse did not answer. */
  queryFailed: () => void
}

export function createReportingMetrics({ lag, waiting }: FreshnessFigures): ReportingMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({ name: 'query_duration_seconds', help: 'Seconds of a query', registers })
  const failures = new Counter({ name: 'query_failures_total', help: 'Queries without an answer', registers })
  new Gauge({
    name: 'consumer_lag_records',
    help: 'Records in the log that are not known to be stored, by partition; absent while Kafka cannot be asked',
    labelNames: ['partition'],
    registers,
    collect() {
      this.reset()
      lag()?.forEach((records, partition) => this.set({ partition: String(partition) }, records))
    },
  })
  new Gauge({
    name: 'requests_waiting',
    help: 'Requests that wait until their position is counted',
    registers,
    collect() {
      this.set(waiting())
    },
  })
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
