import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUuid, uuidBytes, writeUuid } from '../../event/event-id.ts'
import { toLine } from '../../event/event-line.ts'
import type { Properties } from '../../event/properties.ts'
import type { Verdict } from '../recent-ids/recent-ids.ts'
import { decodeRecord } from './decode-record.ts'
import type { SourceRecord } from './record.ts'

const place = { topicId: '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b', partition: 3 }
const receivedAt = Date.UTC(2025, 10, 14)
const site = 'shop ü'

const event = fc.record({
  event_id: fc.uuid(),
  path: fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => !text.includes('\0') && text.isWellFormed()),
  timestamp: fc.integer({ min: receivedAt - 1000, max: receivedAt }),
  properties: fc.option(fc.constant({ plan: 'größe', n: 1 }), { nil: undefined }),
})
type Event = { event_id: string; path: string; timestamp: number; properties: Properties | undefined }

/** The record as ingest makes it, and what its seal tells. */
function sealedRecord(events: Event[]): SourceRecord {
  const ids = Buffer.alloc(events.length * uuidBytes)
  events.forEach(({ event_id }, line) => writeUuid(event_id, ids, line * uuidBytes))
  const times = events.map(({ timestamp }) => timestamp)
  const lines = events.map((sent) =>
    toLine({
      ...sent,
      site_id: site,
      event_type: 'view',
      user_id: '',
      referrer: '',
    }),
  )
  return {
    offset: '42',
    timestamp: receivedAt,
    key: Buffer.from(site),
    value: Buffer.from(lines.join('\n')),
    sealed: { ids, earliest: Math.min(...times), latest: Math.max(...times) },
  }
}

describe('a sealed record', () => {
  it('comes to the same as one that is checked, whatever is said of its events', () => {
    const verdicts = fc.array(fc.constantFrom<Verdict>('row', 'duplicate', 'uncertain'), { minLength: 1 })
    const property = fc.property(
      fc.array(event, { minLength: 1, maxLength: 20 }),
      verdicts,
      (events, said) => {
        const asked: string[][] = [[], []]
        const decode = (record: SourceRecord, which: number) => {
          const decoded = decodeRecord(place, record, ({ ids, at }, _offset, line) => {
            asked[which]?.push(readUuid(Buffer.from(ids), at))
            return said[line % said.length] ?? 'row'
          })
          const { rows, encoding, ...rest } = decoded
          return { ...rest, rows: Buffer.from(rows, encoding).toString() }
        }
        const record = sealedRecord(events)
        expect(decode(record, 0)).toEqual(decode({ ...record, sealed: null }, 1))
        expect(asked[0]).toEqual(asked[1])
      },
    )
    fc.assert(property, { numRuns: 200 })
  })

  it('is judged by the times between which its events lie', () => {
    const at = { event_id: '01234567-89ab-4cde-8f01-23456789abcd', path: '', properties: undefined }
    const events = [3, 1, 2].map((ago) => ({ ...at, timestamp: receivedAt - ago }))
    const times: object[] = []
    decodeRecord(place, sealedRecord(events), (seen) => {
      times.push(seen.times)
      return 'row'
    })
    expect(times).toEqual(events.map(() => ({ earliest: receivedAt - 3, latest: receivedAt - 1 })))
  })

  it('is checked after all where it has another number of lines than its seal says', () => {
    const record = sealedRecord([
      {
        event_id: '01234567-89ab-4cde-8f01-23456789abcd',
        path: '/',
        timestamp: receivedAt,
        properties: undefined,
      },
    ])
    const { value } = record
    const longer = { ...record, value: Buffer.concat([value ?? Buffer.alloc(0), Buffer.from('\nnonsense')]) }
    const { rowCount, dead } = decodeRecord(place, longer, () => 'row')
    expect([rowCount, dead.map(({ reason }) => reason)]).toEqual([1, ['json']])
  })
})
