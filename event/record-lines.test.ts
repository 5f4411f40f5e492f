import { describe, expect, it } from 'vitest'
import {
  countLines,
  counts,
  hasTooManyLines,
  mostLines,
  receivedAtOf,
  siteOfKey,
  splitLines,
} from './record-lines.ts'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

describe("a record's lines", () => {
  it('are cut at line breaks, as text, and as bytes where the record is no UTF-8', () => {
    expect(splitLines(bytes('a\nb\n'))).toEqual(['a', 'b', ''])
    expect(splitLines(bytes('a\n', [0xff], '\n'))).toEqual([bytes('a'), bytes([0xff]), bytes('')])
  })

  it('do not count where they are blank, unless the record has no other', () => {
    expect(countLines(bytes('a\n\n \t\r\nb\n'))).toBe(2)
    expect(countLines(bytes('\n\n'))).toBe(0)
    expect([countLines(bytes('')), countLines(bytes('  ')), countLines(null)]).toEqual([1, 1, 1])
    expect(countLines(bytes([0xff], '\n\n', [0xfe]))).toBe(2)
    expect(counts(' '.repeat(100), 2)).toBe(false)
    for (const unseen of ['\ufeff', '\u00a0', '\u2028', '\f', '\v']) expect(counts(unseen, 2)).toBe(true)
  })
})

describe('a record of very many lines', () => {
  it('is one line, which is all of it', () => {
    const most = Buffer.from('\n'.repeat(mostLines - 1))
    expect([hasTooManyLines(most), splitLines(most).length]).toEqual([false, mostLines])
    const more = Buffer.from('x\n'.repeat(mostLines))
    expect([hasTooManyLines(more), splitLines(more), countLines(more)]).toEqual([true, [more.toString()], 1])
    expect(splitLines(Buffer.concat([more, Buffer.from([0xff])])).length).toBe(1)
  })
})

describe("a record's site and time", () => {
  it('are its key, where that is text, and its own time, where the store can hold it', () => {
    expect([siteOfKey(bytes('café')), siteOfKey(bytes([0xff])), siteOfKey(null)]).toEqual(['café', '', ''])
    expect(receivedAtOf(-1)).toBe(Date.UTC(2000, 0, 1))
    expect(receivedAtOf(1e15)).toBe(Date.UTC(2200, 0, 1))
  })
})
