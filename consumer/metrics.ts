// The consumer's figures.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { StoredSpan } from './lane/lane-lines.ts'

export interface ConsumerMetrics {
  registry: Registry
  /** A range whose rows, dead letters and books are stored. */
  stored: (span: StoredSpan) => void
  /** Something about a range that failed and is tried again. */
  retried: () => void
  /** Offsets that Kafka dropped before this group read them. */
  expired: (offsets: number) => void
  /** Runs an insert and counts its seconds. */
  timeInsert: (insert: () => Promise<void>) => Promise<void>
}

/** What the gauges show, asked when they are read. */
export interface Held {
  bytes: () => number
  recentIds: () => number
}

export function createConsumerMetrics(held: Held): ConsumerMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  addGauges(registers, held)
  const events = new Counter({ name: 'events_stored_total', help: 'Events stored as rows', registers })
  const ranges = new Counter({ name: 'ranges_stored_total', help: 'Ranges of offsets stored', registers })
  const duplicates = new Counter({
    name: 'events_duplicate_total',
    help: 'Events left out because they were stored already',
    registers,
  })
  const dead = new Counter({
    name: 'dead_letters_total',
    help: 'Lines set aside, by reason',
    labelNames: ['reason'],
    registers,
  })
  const failures = new Counter({
    name: 'insert_retries_total',
    help: 'Steps of storing a range that failed and are tried again: reading, inserting, looking',
    registers,
  })
  const expired = new Counter({
    name: 'events_expired_total',
    help: 'Offsets that Kafka dropped before they were read',
    registers,
  })
  const seconds = new Histogram({ name: 'insert_duration_seconds', help: 'Seconds of an insert', registers })
  return {
    registry,
    stored: (span) => {
      ranges.inc()
      for (const books of span.books.values()) {
        events.inc(books.rows)
        duplicates.inc(books.duplicates)
      }
      for (const reason of span.dead) dead.inc({ reason })
    },
    retried: () => failures.inc(),
    expired: (offsets) => expired.inc(offsets),
    timeInsert: async (insert) => {
      const end = seconds.startTimer()
      await insert().finally(end)
    },
  }
}

function addGauges(registers: Registry[], held: Held): void {
  new Gauge({
    name: 'held_bytes',
    help: 'Bytes of rows that wait for ClickHouse',
    registers,
    collect() {
      this.set(held.bytes())
    },
  })
  new Gauge({
    name: 'recent_ids',
    help: 'Event ids that are known without asking the table',
    registers,
    collect() {
      this.set(held.recentIds())
    },
  })
}
