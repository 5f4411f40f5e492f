import { describe, expect, it } from 'vitest'
import { bytesOfValue, hasTooManyLines, linesOf, mostLines, receivedAtOf, siteOfKey } from './record-lines.ts'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

/** The lines that count, each with its number. */
const numbered = (value: Buffer) =>
  Array.from(linesOf(value), ({ at, end, number }) => [number, value.toString('latin1', at, end)])

describe("a record's lines", () => {
  it('are cut at line breaks, and keep their numbers', () => {
    expect(numbered(bytes('a\nb\n'))).toEqual([
      [0, 'a'],
      [1, 'b'],
    ])
    expect(numbered(bytes('a\n\n', [0xff], '\n \n', [0xfe]))).toEqual([
      [0, 'a'],
      [2, '\u00ff'],
      [4, '\u00fe'],
    ])
  })

  it('do not count where they are blank, unless the record has no other', () => {
    expect(numbered(bytes('a\n\n \t\r\nb\n'))).toHaveLength(2)
    expect(numbered(bytes('\n\n'))).toEqual([])
    expect([bytes(''), bytes('  '), bytesOfValue(null)].map((value) => numbered(value).length)).toEqual([
      1, 1, 1,
    ])
    for (const unseen of ['\ufeff', '\u00a0', '\u2028', '\f', '\v'])
      expect(numbered(bytes(`${unseen}\n`))).toHaveLength(1)
  })
})

describe('a record of very many lines', () => {
  it('is one line, which is all of it', () => {
    const most = Buffer.from('\n'.repeat(mostLines - 1))
    expect([hasTooManyLines(most, 0, most.length), numbered(most).length]).toEqual([false, 0])
    const more = Buffer.from('x\n'.repeat(mostLines))
    expect([hasTooManyLines(more, 0, more.length), numbered(more)]).toEqual([true, [[0, more.toString()]]])
  })
})

describe("a record's site and time", () => {
  it('are its key, where that is text, and its own time, where the store can hold it', () => {
    expect([siteOfKey(bytes('café')), siteOfKey(bytes([0xff])), siteOfKey(null)]).toEqual(['café', '', ''])
    expect(receivedAtOf(-1)).toBe(Date.UTC(2000, 0, 1))
    expect(receivedAtOf(1e15)).toBe(Date.UTC(2200, 0, 1))
  })
})
