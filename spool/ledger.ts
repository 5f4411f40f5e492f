// What a spool holds right now, counted as entries come and go: bytes against the bound, events, and which lanes have
// older entries in it.
import type { Entry } from './entry.ts'
import { countIn, type Segment } from './segment.ts'

export interface Ledger {
  /** Those on the disk, oldest first. */
  segments: () => Segment[]
  /** Bytes on the disk and on their way there. */
  bytes: () => number
  /** Whether an entry of this lane is in the spool, or on its way. */
  holds: (lane: number) => boolean
  add: (segment: Segment) => void
  /** An entry is on its way to the disk. */
  expect: (lane: number, bytes: number) => void
  /** It did not get there. */
  giveUp: (lane: number, bytes: number) => void
  /** It did. */
  settle: (segment: Segment, lane: number, bytes: number, entry: Entry) => void
  /** The entry that begins at `at` is taken care of elsewhere; its bytes count until its segment is gone. */
  acknowledge: (segment: Segment, lane: number, entry: Entry, at: number) => void
  /** Of a segment only these entries are left. */
  recount: (segment: Segment, left: Entry[], laneOf: (siteId: string) => number) => void
  /** The segment is gone with all that it still held. */
  forget: (segment: Segment) => void
}

export function createLedger(): Ledger {
  const lanes = new Map<number, number>()
  let segments: Segment[] = []
  let bytes = 0

  const change = (lane: number, entries: number) => {
    const left = (lanes.get(lane) ?? 0) + entries
    if (left > 0) lanes.set(lane, left)
    else lanes.delete(lane)
  }
  return {
    segments: () => segments,
    bytes: () => bytes,
    holds: (lane) => lanes.has(lane),
    add: (segment) => {
      segments.push(segment)
      bytes += segment.bytes
      for (const [lane, entries] of segment.lanes) change(lane, entries)
    },
    expect: (lane, size) => {
      bytes += size
      change(lane, 1)
    },
    giveUp: (lane, size) => {
      bytes -= size
      change(lane, -1)
    },
    settle: (segment, lane, size, entry) => {
      segment.bytes += size
      countIn(segment, lane, entry)
    },
    acknowledge: (segment, lane, entry, at) => {
      const entries = (segment.lanes.get(lane) ?? 0) - 1
      segment.events -= entry.events
      segment.lanes.set(lane, entries)
      change(lane, -1)
      const { acknowledged } = segment
      if (entries > 0) acknowledged.set(lane, (acknowledged.get(lane) ?? new Set()).add(at))
      else acknowledged.delete(lane)
    },
    recount: (segment, left, laneOf) => {
      for (const [lane, entries] of segment.lanes) change(lane, -entries)
      segment.lanes.clear()
      segment.events = 0
      for (const entry of left) {
        countIn(segment, laneOf(entry.siteId), entry)
        change(laneOf(entry.siteId), 1)
      }
    },
    forget: (segment) => {
      segments = segments.filter((one) => one !== segment)
      bytes -= segment.bytes
      for (const [lane, entries] of segment.lanes) change(lane, -entries)
    },
  }
}
