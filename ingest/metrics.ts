// Ingest's figures.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Fault } from '../runtime/problem.ts'
import type { SpoolState } from '../spool/spool.ts'
import { secondsSince } from './keep/spool-facts.ts'

export interface IngestMetrics {
  registry: Registry
  /** Events answered with 2xx. */
  accepted: (events: number) => void
  /** One event refused for what it is; counted under the code of its first fault. */
  refused: (faults: Fault[]) => void
  /** A request answered with this status on one of the two POST routes. */
  answered: (route: string, status: number) => void
  /** Events that went to the spool, and events of the spool that Kafka has taken since. */
  spooled: (events: number) => void
  drained: (events: number) => void
}

/** What is asked for when the figures are read. */
export interface IngestGauges {
  pendingBytes: () => number
  bodyBytesInFlight: () => number
  isKafkaAway: () => boolean
  spool: () => SpoolState
}

export function createIngestMetrics(gauges: IngestGauges): IngestMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  const accepted = counter('events_accepted_total', 'Events answered with 2xx')
  const refused = counter(
    'events_rejected_total',
    'Events refused for what they are, by the code of the first fault',
    ['reason'],
  )
  const answered = counter('http_requests_total', 'Requests answered', ['route', 'status'])
  const spooled = counter('events_spooled_total', 'Events that went to the spool')
  const drained = counter('events_drained_total', 'Events of the spool that Kafka has taken')
  addGauges(registry, gauges)
  return {
    registry,
    accepted: (events) => accepted.inc(events),
    refused: (faults) => refused.inc({ reason: faults[0]?.code ?? 'unknown' }),
    answered: countersOf(answered),
    spooled: (events) => spooled.inc(events),
    drained: (events) => drained.inc(events),
  }
}

/** Counts by route and status. To find a counter by its labels takes prom-client longer than all else that is counted. */
function countersOf(answered: Counter): IngestMetrics['answered'] {
  const known = new Map<string, Map<number, Counter.Internal>>()
  return (route, status) => {
    const ofRoute = known.get(route) ?? new Map<number, Counter.Internal>()
    known.set(route, ofRoute)
    const counter = ofRoute.get(status) ?? answered.labels({ route, status })
    ofRoute.set(status, counter)
    counter.inc()
  }
}

function addGauges(registry: Registry, gauges: IngestGauges): void {
  const all: [name: string, help: string, read: () => number][] = [
    ['kafka_pending_bytes', 'Bytes of events that wait for Kafka', gauges.pendingBytes],
    ['kafka_away', '1 while Kafka does not take events', () => Number(gauges.isKafkaAway())],
    ['body_bytes_in_flight', 'Bytes of requests that are being handled', gauges.bodyBytesInFlight],
    ['spool_bytes', 'Bytes in the spool', () => gauges.spool().bytes],
    ['spool_events', 'Events in the spool', () => gauges.spool().events],
    [
      'spool_oldest_seconds',
      'Age of the oldest event in the spool',
      () => secondsSince(gauges.spool().oldestAt),
    ],
    ['spool_torn_bytes', 'Bytes cut off the torn end of the spool at start', () => gauges.spool().tornBytes],
    ['spool_damaged_bytes', 'Bytes of the spool that could not be read', () => gauges.spool().damagedBytes],
  ]
  for (const [name, help, read] of all) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  }
}
