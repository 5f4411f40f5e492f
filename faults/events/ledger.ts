// What became of each event as its sender knows it: the truth that the tables are held against.
import { createBitmap, type Bitmap } from './bitmap.ts'

export interface Ledger {
  /** Takes the numbers of `count` new events; gives the first. */
  take: (count: number) => number
  /** One more copy of the event was acknowledged. */
  acknowledge: (number: number) => void
  /** Every event up to this number was sent. */
  sent: () => number
  acknowledged: Bitmap
  counts: LedgerCounts
}

export interface LedgerCounts {
  /** Copies that were acknowledged, of all events together. */
  acknowledgements: number
  /** Copies that were sent again because no answer came, or one that said so. */
  resent: number
  /** Copies that were sent on purpose, though one was acknowledged. */
  repeated: number
  /** Events that were refused, as they had to be. */
  refused: number
  /** Good events that were refused. */
  wronglyRefused: number
  /** Bad events that were accepted. */
  wronglyAccepted: number
}

export function createLedger(): Ledger {
  const acknowledged = createBitmap()
  const counts = {
    ...{ acknowledgements: 0, resent: 0, repeated: 0 },
    ...{ refused: 0, wronglyRefused: 0, wronglyAccepted: 0 },
  }
  let next = 0
  return {
    acknowledged,
    counts,
    sent: () => next,
    take: (count) => {
      next += count
      return next - count
    },
    acknowledge: (number) => {
      counts.acknowledgements += 1
      acknowledged.add(number)
    },
  }
}
