// Whether the table holds what was accepted, all of it and nothing else.
import type { OnFault } from '../faults-found.ts'
import { digestOf, type ExpectedEvent } from './expected-event.ts'
import { digestOfBytes, keyOf, placeOf, takeUnnamed, type Ledger } from './ledger.ts'
import type { Store, StoredEvent } from './stored-rows.ts'

/** When the run was: where an event has no time of its own, its time lies in here. Epoch milliseconds. */
export interface Span {
  from: number
  to: number
}

export interface StoreFigures {
  rows: number
  dead: number
  duplicates: number
  /** Rows of each site. */
  sites: Map<string, number>
}

/** Compares every row and every dead letter with the ledger. */
export async function checkStore(
  store: Store,
  ledger: Ledger,
  span: Span,
  onFault: OnFault,
): Promise<StoreFigures> {
  const figures: StoreFigures = { rows: 0, dead: 0, duplicates: 0, sites: new Map() }
  const seen = new Set<string>()
  const see = (place: string) => {
    if (seen.has(place)) onFault(ledger.lines.get(place)?.number ?? null, `line ${place} is stored twice`)
    seen.add(place)
  }
  for await (const row of store.events()) {
    figures.rows += 1
    figures.sites.set(row.site_id, (figures.sites.get(row.site_id) ?? 0) + 1)
    see(placeOf(row.kafka_partition, row.kafka_offset, row.kafka_line))
    checkRow(row, ledger, span, onFault)
  }
  for await (const dead of store.deadLetters()) {
    figures.dead += 1
    const place = placeOf(dead.kafka_partition, dead.kafka_offset, dead.kafka_line)
    see(place)
    const line = ledger.lines.get(place)
    if (!line) onFault(null, `a dead letter (${dead.reason}) that nobody produced: ${dead.raw}`)
    else if (line.must === 'row')
      onFault(line.number, `line ${place} had to be a row and is dead: ${dead.reason}`)
    else if (line.raw !== digestOfBytes(Buffer.from(dead.raw, 'base64'))) {
      onFault(line.number, `the dead letter of line ${place} holds other bytes`)
    }
  }
  for (const [place, { number }] of ledger.lines) {
    if (!seen.has(place)) onFault(number, `line ${place} is neither a row nor a dead letter`)
  }
  for (const [key, { number, isAccepted, rows }] of ledger.events) {
    if (isAccepted && rows === 0)
      onFault(number, `event ${JSON.stringify(key)} was accepted and is not stored`)
    if (rows > 1) onFault(number, `event ${JSON.stringify(key)} is stored ${rows} times`)
  }
  return figures
}

function checkRow(row: StoredEvent, ledger: Ledger, span: Span, onFault: OnFault): void {
  const place = placeOf(row.kafka_partition, row.kafka_offset, row.kafka_line)
  const line = ledger.lines.get(place)
  if (line) {
    if (line.must === 'dead') onFault(line.number, `line ${place} had to be dead and is a row`)
    const isRight = line.event !== null && isOf(row, line.event)
    if (!isRight) onFault(line.number, `line ${place} came back changed: ${JSON.stringify(row)}`)
    return
  }
  const entry = ledger.events.get(keyOf(row.site_id, row.event_id))
  if (!entry && takeUnnamed(ledger, row.site_id, toDigest(row))) return
  if (!entry) return onFault(null, `a row that nobody sent: ${JSON.stringify(row)}`)
  entry.rows += 1
  const isInTime =
    entry.timestamp === null
      ? row.timestamp >= span.from && row.timestamp <= span.to
      : row.timestamp === entry.timestamp
  if (!isInTime) onFault(entry.number, `its time came back changed: ${JSON.stringify(row)}`)
  if (toDigest(row) !== entry.digest) onFault(entry.number, `it came back changed: ${JSON.stringify(row)}`)
}

function isOf(row: StoredEvent, { site, id, timestamp, digest }: ExpectedEvent): boolean {
  return (
    row.site_id === site &&
    (id === null || row.event_id === id.stored) &&
    (timestamp === null || row.timestamp === timestamp) &&
    toDigest(row) === digest
  )
}

/** Storage writes a dot inside a key as %2E. */
function toDigest(row: StoredEvent): string {
  return digestOf({ ...row, properties: JSON.parse(JSON.stringify(row.properties), dotted) as unknown })
}

function dotted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll('%2E', '.'), inner]))
}
