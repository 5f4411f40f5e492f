import { describe, expect, it } from 'vitest'
import { readEventRows, type EventRow } from '../../clickhouse/event-row.ts'
import { mostLines } from '../../event/record-lines.ts'
import { mostKeyBytes, RecordDecoder } from './decode-record.ts'
import { booksOf, emptyRange, rowsOf, type Range } from './range.ts'
import type { Judge } from './record.ts'
import { noStoredLines, toStoredLines, type StoredLines } from './stored-lines.ts'
import { recordBytes, type OwnRecord } from '../../test/support/record-bytes.ts'

const timestamp = Date.UTC(2025, 10, 14)
const view = { site_id: 'demo', event_type: 'view' }

function record(value: string | Buffer | null, overrides: Partial<OwnRecord> = {}): OwnRecord {
  return {
    offset: 42,
    timestamp,
    key: Buffer.from('demo'),
    value: value === null ? null : Buffer.from(value),
    ...overrides,
  }
}

const place = { topicId: '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b', partition: 3 }

function decode(source: OwnRecord, judge: Judge = () => 'row', stored: StoredLines = noStoredLines): Range {
  const range = emptyRange()
  new RecordDecoder(place, judge, stored).decode(recordBytes(source), range)
  return range
}

const rowsIn = (source: OwnRecord): EventRow[] => rowsOf(decode(source))
const reasonsOf = (source: OwnRecord) => decode(source).dead.map(({ line, reason }) => [line, reason])

describe('a record on the topic (contract section 7)', () => {
  it('is one or more events as lines, each with its place and its receive time', () => {
    const lines = [view, { ...view, path: '/b' }].map((event) => JSON.stringify(event)).join('\n')
    expect(rowsIn(record(lines))).toMatchObject([
      { receivedAt: timestamp, offset: 42, line: 0, event: { ...view, timestamp } },
      { receivedAt: timestamp, offset: 42, line: 1, event: { ...view, path: '/b' } },
    ])
  })

  it('may end with a line break and hold blank lines; the others keep their numbers', () => {
    const line = JSON.stringify(view)
    expect(rowsIn(record(`${line}\n\n${line}\n`)).map((row) => row.line)).toEqual([0, 2])
  })

  it('gives an event without an id the same one at every reading', () => {
    const idAt = (offset: number, text: string) => rowsIn(record(text, { offset }))[0]?.event.event_id
    const text = JSON.stringify(view)
    expect(idAt(42, text)).toMatch(/^[0-9a-f-]{36}$/)
    // By the schema it is the same.
    expect([idAt(42, text), idAt(42, text.replace('view', '\\u0076iew'))]).toEqual([
      idAt(42, text),
      idAt(42, text),
    ])
    expect(idAt(43, text)).not.toBe(idAt(42, text))
  })

  it('is a dead letter without a key, or with another key than its site', () => {
    const line = JSON.stringify(view)
    expect(reasonsOf(record(line, { key: null }))).toEqual([[0, 'missing_key']])
    expect(reasonsOf(record(line, { key: Buffer.from([0xff]) }))).toEqual([[0, 'missing_key']])
    expect(reasonsOf(record(line, { key: Buffer.from('other') }))).toEqual([[0, 'key_mismatch']])
  })

  it('costs only the line that is no event', () => {
    const source = record(`nonsense\n${JSON.stringify(view)}\n{"site_id":"demo"}`)
    expect(reasonsOf(source)).toEqual([
      [0, 'json'],
      [2, 'required'],
    ])
    expect(decode(source).rowCount).toBe(1)
  })

  it('is one dead letter when it is empty', () => {
    expect(reasonsOf(record(null))).toEqual([[0, 'empty']])
    expect(reasonsOf(record(''))).toEqual([[0, 'empty']])
  })

  it('keeps a dead line byte for byte, with every fault told', () => {
    const raw = Buffer.from([0x7b, 0xff, 0x7d])
    const [dead] = decode(record(raw)).dead
    expect(dead).toMatchObject({ raw, reason: 'utf8', offset: 42, line: 0, receivedAt: timestamp })
    expect(decode(record('{}')).dead[0]?.message).toBe('site_id is required; event_type is required')
  })

  it('judges a timestamp by when the record was produced, not by when it is read', () => {
    const event = { ...view, timestamp: timestamp + 86_400_000 }
    expect(rowsIn(record(JSON.stringify(event)))).toHaveLength(1)
    expect(reasonsOf(record(JSON.stringify(event), { timestamp: timestamp - 1 }))).toEqual([
      [0, 'timestamp_range'],
    ])
  })

  it('has a receive time that storage can hold, whatever its producer says', () => {
    for (const wild of [-1, 0, 9e15]) {
      const [row] = rowsIn(record(JSON.stringify(view), { timestamp: wild }))
      const year = new Date(row?.receivedAt ?? 0).getUTCFullYear()
      expect(year).toBeGreaterThanOrEqual(2000)
      expect(year).toBeLessThanOrEqual(2200)
    }
  })

  it.each([
    ['as most write it', JSON.stringify],
    ['in another way', (event: object) => JSON.stringify(event).replace('view', '\\u0076iew')],
  ])('leaves out what the judge knows, and keeps apart what it is not sure of: %s', (_name, write) => {
    const event_id = '0b6f3c1e-6f0d-4c9e-8f2e-0d1c2b3a4f5e'
    const lines = ['a', 'b', 'c'].map((path) => write({ ...view, path, event_id }))
    const verdicts = ['row', 'duplicate', 'uncertain'] as const
    let judged = 0
    const range = decode(record(lines.join('\n')), () => verdicts[judged++] ?? 'row')
    expect(booksOf(range, 'demo')).toEqual({ lines: 3, rows: 2, duplicates: 1, dead: 0 })
    expect(rowsOf(range).map(({ event }) => event.path)).toEqual(['a'])
    const [uncertain] = range.uncertain
    expect(uncertain).toMatchObject({ site: 'demo', timestamp, eventId: event_id })
    expect([...readEventRows(uncertain?.row ?? Buffer.alloc(0))]).toMatchObject([
      { line: 2, event: { path: 'c' } },
    ])
  })

  it.each([
    ['as most write it', JSON.stringify],
    ['in another way', (event: object) => JSON.stringify(event).replace('view', '\\u0076iew')],
  ])(
    'has lines that are stored already: they are in the books, and nothing else is done: %s',
    (_name, write) => {
      const lines = [write(view), 'nonsense', write({ ...view, path: '/new' }), 'other nonsense']
      const at = { offset: 42, site: 'demo' }
      const event = { ...at, line: 0, eventId: '', timestamp, receivedAt: timestamp }
      const stored = toStoredLines([event], [{ ...at, line: 1 }])
      const asked: number[] = []
      const judge: Judge = () => (asked.push(1), 'row')
      const range = decode(record(lines.join('\n')), judge, stored)
      expect(rowsOf(range).map(({ line, event }) => [line, event.path])).toEqual([[2, '/new']])
      expect(range.dead.map(({ line }) => line)).toEqual([3])
      expect(booksOf(range, 'demo')).toEqual({ lines: 4, rows: 2, duplicates: 0, dead: 2 })
      expect(asked).toHaveLength(1)
      const next = decode(record(lines.join('\n'), { offset: 43 }), judge, stored)
      expect([next.rowCount, next.dead.length]).toEqual([2, 2])
    },
  )

  it('of a long key has the beginning of it in each dead letter', () => {
    const { dead } = decode(record('x\ny', { key: Buffer.alloc(100_000, 'k') }))
    expect(dead.map(({ key }) => key.toString())).toEqual(Array(2).fill('k'.repeat(mostKeyBytes)))
  })

  it('of too many lines is one dead letter, and none where that is stored already', () => {
    const many = record('\n'.repeat(mostLines + 1))
    expect(decode(many).dead.map(({ line, reason }) => [line, reason])).toEqual([[0, 'too_many_lines']])
    const stored = toStoredLines([], [{ offset: 42, line: 0, site: 'demo' }])
    const range = decode(many, () => 'row', stored)
    expect([range.dead, booksOf(range, 'demo')]).toEqual([[], { lines: 1, rows: 0, duplicates: 0, dead: 1 }])
  })
})
