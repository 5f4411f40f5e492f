import { describe, expect, it } from 'vitest'
import { decodeRecord } from './decode-record.ts'
import type { Judge, SourceRecord } from './record.ts'
import { readRow } from './row-place.ts'

const timestamp = Date.UTC(2025, 10, 14)
const view = { site_id: 'demo', event_type: 'view' }

function record(value: string | Buffer | null, overrides: Partial<SourceRecord> = {}): SourceRecord {
  return {
    offset: '42',
    timestamp,
    key: Buffer.from('demo'),
    value: value === null ? null : Buffer.from(value),
    ...overrides,
  }
}

const place = { topicId: '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b', partition: 3 }
const decode = (source: SourceRecord, judge: Judge = () => 'row') => decodeRecord(place, source, judge)

const rowsOf = (source: SourceRecord) =>
  decode(source)
    .rows.split('\n')
    .filter(Boolean)
    .map((row) => JSON.parse(row) as Record<string, unknown>)
const reasonsOf = (source: SourceRecord) => decode(source).dead.map(({ line, reason }) => [line, reason])

describe('a record on the topic (contract section 7)', () => {
  it('is one or more events as lines, each with its place and its receive time', () => {
    const lines = [view, { ...view, path: '/b' }].map((event) => JSON.stringify(event)).join('\n')
    expect(rowsOf(record(lines))).toMatchObject([
      { ...view, at: timestamp, offset: 42, line: 0, timestamp },
      { ...view, at: timestamp, offset: 42, line: 1, path: '/b' },
    ])
  })

  it('may end with a line break and hold blank lines; the others keep their numbers', () => {
    const line = JSON.stringify(view)
    expect(rowsOf(record(`${line}\n\n${line}\n`)).map((row) => row['line'])).toEqual([0, 2])
  })

  it('gives an event without an id the same one at every reading', () => {
    const [first] = rowsOf(record(JSON.stringify(view)))
    expect(first?.['event_id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(rowsOf(record(JSON.stringify(view)))[0]).toEqual(first)
    expect(rowsOf(record(JSON.stringify(view), { offset: '43' }))[0]?.['event_id']).not.toBe(
      first?.['event_id'],
    )
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
    expect(dead).toMatchObject({ raw, reason: 'utf8', offset: '42', line: 0, receivedAt: timestamp })
    expect(decode(record('{}')).dead[0]?.message).toBe('site_id is required; event_type is required')
  })

  it('judges a timestamp by when the record was produced, not by when it is read', () => {
    const event = { ...view, timestamp: timestamp + 86_400_000 }
    expect(rowsOf(record(JSON.stringify(event)))).toHaveLength(1)
    expect(reasonsOf(record(JSON.stringify(event), { timestamp: timestamp - 1 }))).toEqual([
      [0, 'timestamp_range'],
    ])
  })

  it('has a receive time that storage can hold, whatever its producer says', () => {
    for (const wild of [-1, 0, 9e15]) {
      const [row] = rowsOf(record(JSON.stringify(view), { timestamp: wild }))
      expect(new Date(Number(row?.['at'])).getUTCFullYear()).toBeGreaterThanOrEqual(2000)
      expect(new Date(Number(row?.['at'])).getUTCFullYear()).toBeLessThanOrEqual(2200)
    }
  })

  it('leaves out what the judge knows, and keeps apart what the judge is not sure of', () => {
    const lines = ['a', 'b', 'c'].map((path) => JSON.stringify({ ...view, path }))
    const verdicts = ['row', 'duplicate', 'uncertain'] as const
    const decoded = decode(record(lines.join('\n')), (_event, _offset, line) => verdicts[line] ?? 'row')
    expect(decoded).toMatchObject({ rowCount: 1, duplicates: 1, uncertain: [{ site: 'demo', timestamp }] })
    expect(decoded.rows).toContain('"path":"a"')
    expect(decoded.uncertain[0]?.text).toContain('"path":"c"')
  })

  it('makes rows that tell where they came from', () => {
    const { rows } = decode(record(JSON.stringify(view)))
    expect(readRow(rows)).toMatchObject({ offset: '42', line: 0, receivedAt: timestamp })
    expect(JSON.parse(readRow(rows).event)).toMatchObject(view)
    expect(() => readRow('{}')).toThrow('no row')
  })
})
