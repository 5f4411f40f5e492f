// What was accepted and what may have been: every row of the table must be found here, and all that was accepted there.
import { createHash } from 'node:crypto'
import type { ExpectedEvent } from './expected-event.ts'

export interface Entry {
  timestamp: number | null
  digest: string
  /** The case it was in. */
  number: number
  isAccepted: boolean
  /** Rows that were found of it. */
  rows: number
}

/** A line of a record that was put on the topic without ingest. */
export interface LineEntry {
  number: number
  /** Of its bytes. */
  raw: string
  /** What its row must be; null where the line is no object, and so cannot be a row. */
  event: ExpectedEvent | null
  must: 'row' | 'dead' | null
}

export interface Ledger {
  /** Events that ingest took, by site and stored id. */
  events: Map<string, Entry>
  /** How many events without an id may be stored besides, by site and digest. */
  unnamed: Map<string, number>
  /** Lines that were put on the topic, by partition, offset and line. */
  lines: Map<string, LineEntry>
}

export function createLedger(): Ledger {
  return { events: new Map(), unnamed: new Map(), lines: new Map() }
}

export function keyOf(site: string, storedId: string): string {
  return `${site}\0${storedId}`
}

export function placeOf(partition: number, offset: number, line: number): string {
  return `${partition}:${offset}:${line}`
}

export function digestOfBytes(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('base64')
}

/** Notes an event that an answer says was accepted, under its id in the table. */
export function noteAccepted(ledger: Ledger, event: ExpectedEvent, storedId: string, number: number): void {
  entryOf(ledger, event, storedId, number).isAccepted = true
}

/** Notes an event that may be stored. Its id in the table is null where only the service knows it. */
export function noteDoubtful(
  ledger: Ledger,
  event: ExpectedEvent,
  storedId: string | null,
  number: number,
): void {
  if (storedId !== null) return void entryOf(ledger, event, storedId, number)
  const key = keyOf(event.site, event.digest)
  ledger.unnamed.set(key, (ledger.unnamed.get(key) ?? 0) + 1)
}

function entryOf({ events }: Ledger, event: ExpectedEvent, storedId: string, number: number): Entry {
  const key = keyOf(event.site, storedId)
  const { timestamp, digest } = event
  const entry = events.get(key) ?? { timestamp, digest, number, isAccepted: false, rows: 0 }
  events.set(key, entry)
  return entry
}

/** Whether a row whose id nobody knows is one of those that may be stored; each is one row only. */
export function takeUnnamed({ unnamed }: Ledger, site: string, digest: string): boolean {
  const key = keyOf(site, digest)
  const left = unnamed.get(key) ?? 0
  unnamed.set(key, left - 1)
  return left > 0
}
