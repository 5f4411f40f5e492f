// Lines out of bytes, wherever the chunks end.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestLine } from './access-log-line.ts'
import { splitLines } from './split-lines.ts'

async function split(chunks: Buffer[], damage: string | null = null): Promise<string[]> {
  const lines: string[] = []
  const log = { chunks: givenBy(chunks), damage: () => damage }
  for await (const some of splitLines(log)) lines.push(...some)
  return lines
}

// eslint-disable-next-line @typescript-eslint/require-await -- what reads it expects an asynchronous one
async function* givenBy(chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

describe('splitting into lines', () => {
  it.each([
    ['ends the last line without a break', 'a\nb', ['a', 'b']],
    ['sees no line after the last break', 'a\nb\n', ['a', 'b']],
    ['keeps empty lines', '\na\n\n', ['', 'a', '']],
    ['takes carriage returns off', 'a\r\nb\r\n\r\nc\r', ['a', 'b', '', 'c']],
    ['sees no line in nothing', '', []],
  ])('%s', async (_, text, expected) => {
    expect(await split([Buffer.from(text)])).toEqual(expected)
  })

  it('does not depend on where chunks end', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '\n', '\r'), { maxLength: 30 })
      .map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (whole, size) => {
        const bytes = Buffer.from(whole)
        const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, part) =>
          bytes.subarray(part * size, (part + 1) * size),
        )
        expect(await split(parts)).toEqual(await split([bytes]))
      }),
    )
  })

  it('keeps every byte as one character', async () => {
    expect(await split([Buffer.from([0xff, 0x00, 0xc3, 0x0a, 0xa4])])).toEqual(['\xff\0\xc3', '\xa4'])
  })

  it('cuts a line that is too long, also over chunks, and goes on after it', async () => {
    const part = Buffer.alloc(longestLine, 'x')
    const lines = await split([part, part, part, Buffer.from('\nb\n'), part, Buffer.from('xx\nc')])
    expect(lines.map((line) => line.length)).toEqual([longestLine + 1, 1, longestLine + 1, 1])
  })

  it('takes a line longer than any text may be in this language', async () => {
    const part = Buffer.alloc(1_000_000, 'x')
    const lines = await split([...Array<Buffer>(550).fill(part), Buffer.from('\nb')])
    expect(lines.map((line) => line.length)).toEqual([longestLine + 1, 1])
  })

  it('leaves out the line that damage tore', async () => {
    expect(await split([Buffer.from('a\nb')], 'it breaks off')).toEqual(['a'])
  })
})
