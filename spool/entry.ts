// An entry of the spool: lines of one site that were received together, and how they look on disk. Each begins with a
// mark that no text can hold and carries a checksum, so that what lies behind damaged bytes is found again.
import { crc32 } from 'node:zlib'

/** `text` is NDJSON without a break at its end; `receivedAt` epoch milliseconds; `events` the number of its lines. */
export interface Entry {
  siteId: string
  receivedAt: number
  events: number
  text: Buffer
}

/** What a segment holds: its entries in order, and the bytes among and behind them that are none. */
export interface Scanned {
  entries: Entry[]
  /** Where each of them begins. */
  starts: number[]
  /** Bytes before an entry that can be read: they were overwritten or lost after they were written. */
  damagedBytes: number
  /** Bytes behind the last entry that can be read: most likely of one whose writing was cut short. */
  tornBytes: number
}

/** 0xFF is in no UTF-8. The last byte is the version of this layout. */
const mark = Buffer.from([0xff, 0x54, 0x4c, 0x01])

// mark 4 | CRC-32 of all that follows 4 | length of what follows 4 | receivedAt 8 | events 4 | length of site 2 | site | text
const checksumAt = 4
const lengthAt = 8
const bodyAt = 12
const siteAt = 26

/** The bytes of an entry. */
export function encodeEntry({ siteId, receivedAt, events, text }: Entry): Buffer {
  const site = Buffer.from(siteId)
  const bytes = Buffer.allocUnsafe(siteAt + site.length + text.length)
  mark.copy(bytes)
  bytes.writeUInt32LE(bytes.length - bodyAt, lengthAt)
  bytes.writeDoubleLE(receivedAt, bodyAt)
  bytes.writeUInt32LE(events, bodyAt + 8)
  bytes.writeUInt16LE(site.length, bodyAt + 12)
  site.copy(bytes, siteAt)
  text.copy(bytes, siteAt + site.length)
  bytes.writeUInt32LE(crc32(bytes.subarray(lengthAt)), checksumAt)
  return bytes
}

/** Finds every entry that is whole. */
export function scanEntries(bytes: Buffer): Scanned {
  const entries: Entry[] = []
  const starts: number[] = []
  let damagedBytes = 0
  let readTo = 0
  for (let at = bytes.indexOf(mark); at !== -1;) {
    const end = endOfEntry(bytes, at)
    if (end === null) {
      at = bytes.indexOf(mark, at + 1)
      continue
    }
    entries.push(decodeEntry(bytes, at, end))
    starts.push(at)
    damagedBytes += at - readTo
    readTo = end
    at = bytes.indexOf(mark, end)
  }
  return { entries, starts, damagedBytes, tornBytes: bytes.length - readTo }
}

/** Where the entry that begins at `at` ends; null where it is not whole. */
function endOfEntry(bytes: Buffer, at: number): number | null {
  if (at + siteAt > bytes.length) return null
  const end = at + bodyAt + bytes.readUInt32LE(at + lengthAt)
  if (end < at + siteAt || end > bytes.length) return null
  const checksum = crc32(bytes.subarray(at + lengthAt, end))
  return checksum === bytes.readUInt32LE(at + checksumAt) ? end : null
}

function decodeEntry(bytes: Buffer, at: number, end: number): Entry {
  const textAt = at + siteAt + bytes.readUInt16LE(at + bodyAt + 12)
  return {
    siteId: bytes.toString('utf8', at + siteAt, textAt),
    receivedAt: bytes.readDoubleLE(at + bodyAt),
    events: bytes.readUInt32LE(at + bodyAt + 8),
    text: bytes.subarray(textAt, end),
  }
}
