// How often a line stood above: counted exactly, whatever the order of the file.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRepetitions, type TimedLine } from './repetitions.ts'

function number(blocks: TimedLine[][], settings?: Parameters<typeof createRepetitions>[0]): number[] {
  const repetitions = createRepetitions(settings)
  onTestFinished(repetitions.close)
  return blocks.flatMap((block) => repetitions.next(block))
}

/** A line that says its time, as lines of a log do. */
const at = (time: number, text = 'x'): TimedLine => ({ text: `${time} ${text}`, time })

/** What the numbers mean, without any of the machinery. */
function countedByHand(lines: TimedLine[]): number[] {
  return lines.map(({ text }, index) => lines.slice(0, index).filter((above) => above.text === text).length)
}

describe('the number of equal lines above', () => {
  it('is 0 for lines that stand once', () => {
    expect(number([[at(1), at(2)], [at(3)]])).toEqual([0, 0, 0])
  })

  it('counts within a block and over blocks', () => {
    expect(number([[at(1), at(1), at(2)], [at(2), at(1)], [at(1)]])).toEqual([0, 1, 0, 1, 2, 3])
  })

  it('finds a line again that stood far above', () => {
    const between = Array.from({ length: 50 }, (_, index) => [at(100 + index)])
    expect(number([[at(1)], ...between, [at(1)]]).at(-1)).toBe(1)
  })

  it('is what counting by hand gives, for any lines in any blocks', () => {
    const line = fc.record({ time: fc.integer({ min: 0, max: 5 }), text: fc.constantFrom('a', 'b', 'c') })
    const lines = fc.array(
      fc.array(
        line.map(({ time, text }) => at(time, text)),
        { maxLength: 8 },
      ),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(lines, (blocks) => {
        expect(number(blocks)).toEqual(countedByHand(blocks.flat()))
      }),
    )
  })

  it('keeps lines apart that share a fingerprint: the later one counts the earlier', () => {
    expect(number([[at(1, 'a')], [at(1, 'b')]], { fingerprint: () => 7 })).toEqual([0, 1])
  })

  it('leaves no file behind, not even while it runs', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tallyline-test-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    number([[at(1)]], { directory })
    expect(readdirSync(directory)).toEqual([])
  })
})
