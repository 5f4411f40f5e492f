// The short way through a record makes the rows that the schema makes.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toEventRow } from '../../clickhouse/event-row.ts'
import { idWordsOf } from '../../event/event-id.ts'
import { linesOf } from '../../event/record-lines.ts'
import { RecordDecoder } from './decode-record.ts'
import { decodeLine } from './decode-line.ts'
import { emptyRange } from './range.ts'
import { noStoredLines } from './stored-lines.ts'
import { recordBytes } from '../../test/support/record-bytes.ts'

const place = { topicId: '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b', partition: 3 }
const receivedAt = Date.UTC(2025, 10, 14)
const [offset, site] = [1042, 'demo']
const key = Buffer.from(site)
const seed = Number(process.env['SEED'] ?? 20251114)

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '/home', 'x'.repeat(150), 'düne', '😀'),
)
const event = fc.record(
  {
    site_id: fc.constantFrom(site, site, site, 'other', ''),
    event_type: fc.constantFrom('view', 'view', 'page_view', ''),
    path: text,
    user_id: text,
    timestamp: fc.constantFrom<unknown>(
      receivedAt,
      receivedAt + 1,
      '2025-11-13T23:59:59.999Z',
      'yesterday',
      null,
    ),
    event_id: fc.oneof(fc.uuid(), text),
    referrer: text,
    properties: fc.oneof(
      fc.dictionary(text, fc.oneof(text, fc.integer(), fc.double(), fc.boolean())),
      fc.object({ maxDepth: 2 }),
    ),
  },
  { requiredKeys: ['site_id', 'event_type'] },
)
const line = fc.oneof(
  { arbitrary: event.map((value) => JSON.stringify(value)), weight: 8 },
  {
    arbitrary: fc.constantFrom('', ' ', '\t\r', 'nonsense', '{}', '[]', '{"site_id":"demo"', '\ufeff{}'),
    weight: 1,
  },
)
const value = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\n', '\n ', '\r\n'))
  .map(([lines, between]) => Buffer.from(lines.join(between)))

/** What the schema makes of a record: its rows, and the number and reason of each dead line. */
function bySchema(record: Buffer): [Buffer, unknown[]] {
  const rows: Buffer[] = []
  const dead: unknown[] = []
  for (const { at, end, number } of linesOf(record)) {
    const outcome = decodeLine(record.subarray(at, end), { ...place, offset, line: number, site, receivedAt })
    if ('event' in outcome) {
      const rowPlace = {
        ...{ source: key, keyAt: 0, keyEnd: key.length },
        ...{ receivedAt, partition: place.partition, offset, line: number },
      }
      rows.push(toEventRow(rowPlace, outcome.event, idWordsOf(outcome.event.event_id)))
    } else {
      dead.push([number, outcome.reason, outcome.message])
    }
  }
  return [Buffer.concat(rows), dead]
}

it('is the same to the byte, for whatever is produced', { timeout: 120_000 }, () => {
  let found = 0
  const agree = (record: Buffer) => {
    const range = emptyRange()
    const decoder = new RecordDecoder(place, () => 'row', noStoredLines)
    decoder.decode(recordBytes({ offset, timestamp: receivedAt, key, value: record }), range)
    const dead = range.dead.map(({ line: number, reason, message }) => [number, reason, message])
    expect([Buffer.concat(range.rows.pieces()), dead]).toEqual(bySchema(record))
    found += range.rowCount
  }
  fc.assert(fc.property(value, agree), { numRuns: 5000, seed })
  expect(found).toBeGreaterThan(1000)
})
