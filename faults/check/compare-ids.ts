// Holds the stored ids against those that were sent and acknowledged: the table is read once, an id at a time.
import { toEventUuid } from '../../event/event-id.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { createBitmap, type Bitmap } from '../events/bitmap.ts'
import type { RunEvents } from '../events/event-of.ts'
import { idBytes, numberOf, toText } from '../events/ids.ts'
import type { Ledger } from '../events/ledger.ts'

export interface IdCheck {
  /** Rows of the table. */
  rows: number
  /** Events that are stored. */
  stored: Bitmap
  /** Acknowledged events that are not stored. */
  lost: number
  lostSample: string[]
  /** Rows of events that are stored already. */
  doubled: number
  doubledSample: string[]
  /** Rows that nobody sent. */
  unknown: number
  unknownSample: string[]
  /** Stored events that were never acknowledged: they may be there, once. */
  unacknowledged: number
}

const sampleLength = 20

/** @throws Error where ClickHouse does not give all rows */
export async function compareIds(
  clickhouse: ClickHouse,
  events: RunEvents,
  ledger: Ledger,
): Promise<IdCheck> {
  const stored = createBitmap()
  const doubled = createSample()
  const unknown = createSample()
  const textIds = textIdsOf(events, ledger)
  let rows = 0
  const onId = (bytes: Buffer, at: number) => {
    rows += 1
    const number = numberOf(events.run, bytes, at) ?? textIds.get(toText(bytes, at)) ?? null
    if (number === null || number >= ledger.sent()) unknown.add(toText(bytes, at))
    else if (!stored.add(number)) doubled.add(toText(bytes, at))
  }
  await eachId(clickhouse, onId)

  const lost = createSample()
  let unacknowledged = 0
  for (let number = 0; number < ledger.sent(); number += 1) {
    if (ledger.acknowledged.has(number)) {
      if (!stored.has(number)) lost.add(describe(events, number))
    } else if (stored.has(number)) unacknowledged += 1
  }
  return {
    ...{ rows, stored, unacknowledged },
    ...{ lost: lost.count(), lostSample: lost.first },
    ...{ doubled: doubled.count(), doubledSample: doubled.first },
    ...{ unknown: unknown.count(), unknownSample: unknown.first },
  }
}

async function eachId(clickhouse: ClickHouse, onId: (bytes: Buffer, at: number) => void): Promise<void> {
  const { stream } = await clickhouse.exec({ query: 'SELECT event_id FROM events FORMAT RowBinary' })
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    const whole = bytes.length - (bytes.length % idBytes)
    for (let at = 0; at < whole; at += idBytes) onId(bytes, at)
    rest = bytes.subarray(whole)
  }
  if (rest.length > 0) throw new Error(`ClickHouse broke off its answer: ${rest.toString('utf8')}`)
}

/** The stored ids of events whose sender chose a text, and their numbers. */
function textIdsOf(events: RunEvents, ledger: Ledger): Map<string, number> {
  const numbers = new Map<string, number>()
  for (let number = 0; number < ledger.sent(); number += 1) {
    if (!events.hasTextId(number)) continue
    const { site_id, event_id } = events.eventOf(number)
    numbers.set(toEventUuid(site_id, event_id), number)
  }
  return numbers
}

function describe(events: RunEvents, number: number): string {
  const { event_id, site_id } = events.eventOf(number)
  return `${event_id} of ${site_id} (${number})`
}

function createSample(): { add: (text: string) => void; count: () => number; first: string[] } {
  const first: string[] = []
  let count = 0
  return {
    first,
    count: () => count,
    add: (text) => {
      count += 1
      if (first.length < sampleLength) first.push(text)
    },
  }
}
