// Ingest's figures.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Fault } from '../runtime/problem.ts'

export interface IngestMetrics {
  registry: Registry
  /** Events answered with 2xx. */
  accepted: (events: number) => void
  /** One event refused for what it is; counted under the code of its first fault. */
  refused: (faults: Fault[]) => void
  /** A request answered with this status on one of the two POST routes. */
  answered: (route: string, status: number) => void
}

export function createIngestMetrics(pendingBytes: () => number): IngestMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const accepted = new Counter({ name: 'events_accepted_total', help: 'Events answered with 2xx', registers })
  const refused = new Counter({
    name: 'events_rejected_total',
    help: 'Events refused for what they are, by the code of the first fault',
    labelNames: ['reason'],
    registers,
  })
  const answered = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered',
    labelNames: ['route', 'status'],
    registers,
  })
  new Gauge({
    name: 'kafka_pending_bytes',
    help: 'Bytes of events that wait for Kafka',
    registers,
    collect() {
      this.set(pendingBytes())
    },
  })
  return {
    registry,
    accepted: (events) => accepted.inc(events),
    refused: (faults) => refused.inc({ reason: faults[0]?.code ?? 'unknown' }),
    answered: (route, status) => answered.inc({ route, status }),
  }
}
