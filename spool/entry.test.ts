// What comes back of entries whose bytes were cut or damaged.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEntry, scanEntries, type Entry } from './entry.ts'

const entry = fc
  .record({
    siteId: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
    receivedAt: fc.integer({ min: 0, max: 4e12 }),
    events: fc.integer({ min: 1, max: 10_000 }),
    text: fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => Buffer.from(text)),
  })
  .filter(({ siteId }) => siteId.length <= 255)
const entries = fc.array(entry, { maxLength: 12 })

/** Entries one behind the other, and where each ends. */
function write(list: Entry[]): { bytes: Buffer; ends: number[] } {
  const parts = list.map(encodeEntry)
  let end = 0
  return { bytes: Buffer.concat(parts), ends: parts.map((part) => (end += part.length)) }
}

describe('entries on disk', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const { bytes, ends } = write(list)
        const starts = [0, ...ends].slice(0, list.length)
        expect(scanEntries(bytes)).toEqual({ entries: list, starts, damagedBytes: 0, tornBytes: 0 })
      }),
    )
  })

  it('come back up to where the file was cut, and nothing else', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (list, place) => {
        const { bytes, ends } = write(list)
        const cut = place % (bytes.length + 1)
        const whole = ends.filter((end) => end <= cut)
        const found = scanEntries(bytes.subarray(0, cut))
        expect(found.entries).toEqual(list.slice(0, whole.length))
        expect(found).toMatchObject({ damagedBytes: 0, tornBytes: cut - (whole.at(-1) ?? 0) })
      }),
      { numRuns: 2000 },
    )
  })

  it('come back all but those whose bits were flipped, and nothing else', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (list, flips) => {
        const { bytes, ends } = write(list)
        if (list.length === 0) return
        const before = Buffer.from(bytes)
        for (const flip of flips) {
          const at = Math.floor(flip / 8) % bytes.length
          bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (flip % 8)), at)
        }
        const isWhole = (_: Entry, n: number) => {
          const [from, to] = [ends[n - 1] ?? 0, ends[n] ?? 0]
          return bytes.subarray(from, to).equals(before.subarray(from, to))
        }
        const whole = list.filter(isWhole)
        const found = scanEntries(bytes)
        expect(found.entries).toEqual(whole)
        const lost = bytes.length - Buffer.concat(whole.map(encodeEntry)).length
        expect(found.damagedBytes + found.tornBytes).toBe(lost)
      }),
      { numRuns: 2000 },
    )
  })

  it('are not found in bytes that are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(50), (noise, mark) => {
        const bytes = Buffer.from(noise)
        Buffer.from([0xff, 0x54, 0x4c, 0x01]).copy(bytes, Math.min(mark, bytes.length))
        expect(scanEntries(bytes)).toMatchObject({ entries: [], damagedBytes: 0, tornBytes: bytes.length })
      }),
    )
  })
})
