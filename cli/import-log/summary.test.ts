// The last word, and what is kept for it.
import { describe, expect, it } from 'vitest'
import { summarize } from './summary.ts'
import { countMalformed, countRefused, newTally } from './tally.ts'

describe('the summary', () => {
  it('adds up all lines and shows the first that were left out', () => {
    const tally = { ...newTally(), lines: 12_346, sent: 12_345, accepted: 12_344 }
    countMalformed(tally, 17, 'hello')
    countRefused(tally, 9, 'path is longer than 2048 UTF-16 units')
    expect(summarize('Imported access.log for site demo', tally, 2).split('\n')).toEqual([
      'Imported access.log for site demo: 12,346 lines in 2.0 s, 6,172 events/s',
      '  sent      12,345',
      '  accepted  12,344',
      '  refused   1',
      '    line 9: path is longer than 2048 UTF-16 units',
      '  malformed 1',
      '    line 17: "hello"',
    ])
  })

  it('names events whose answer is still out', () => {
    const tally = { ...newTally(), lines: 10, sent: 10, accepted: 6 }
    expect(summarize('Stopped', tally, 1)).toContain('  unknown   4\n    sent, and no answer yet')
  })

  it('shows the first twenty malformed lines and counts the rest', () => {
    const tally = newTally()
    for (let line = 1; line <= 1234; line += 1) countMalformed(tally, line, 'x')
    const text = summarize('Imported', tally, 1)
    expect(text).toContain('    line 20: "x"\n    and 1,214 more')
    expect(text).not.toContain('line 21:')
  })

  it('shows the first refused lines of the file, in whatever order the answers came', () => {
    const tally = newTally()
    for (let line = 30; line >= 1; line -= 1) countRefused(tally, line, 'no')
    expect(tally.refusedExamples.map(({ line }) => line)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })

  it('shows of a malformed line what cannot steer a terminal', () => {
    const tally = newTally()
    countMalformed(tally, 1, `\x1b[31m\x9b2J\xe4\0"${'y'.repeat(200)}`)
    expect(tally.malformedExamples[0]?.text).toBe(`"\\u001b[31m?2J?\\u0000\\"${'y'.repeat(89)}"…`)
  })
})
