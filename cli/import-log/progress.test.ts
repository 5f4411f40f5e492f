// Progress, on a terminal and elsewhere.
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createProgress, type ProgressSource } from './progress.ts'
import { newTally } from './tally.ts'

function setUp({ isTTY = false, size = 1000 }: { isTTY?: boolean; size?: number | null } = {}) {
  const output = Object.assign(new PassThrough(), { isTTY, columns: 200, rows: 24 })
  const state = { ...newTally(), bytes: 0, now: 0 }
  const source: ProgressSource = { tally: state, size, bytesRead: () => state.bytes, now: () => state.now }
  const progress = createProgress(source, output)
  const written = () => String((output.read() as Buffer | null) ?? '')
  return { progress, state, written }
}

describe('progress elsewhere', () => {
  it('is a plain line with part, lines, events and speed', () => {
    const { progress, state, written } = setUp()
    Object.assign(state, { bytes: 250, lines: 5000, accepted: 4000, now: 2000 })
    progress.show()
    expect(written()).toBe('25 %, 5,000 lines read, 4,000 events accepted, 2,000 a second\n')
  })

  it('leaves the part out where the size is not known', () => {
    const { progress, written } = setUp({ size: null })
    progress.show()
    expect(written()).toBe('0 lines read, 0 events accepted, 0 a second\n')
  })

  it('says once what it waits for, and again after the next line', () => {
    const { progress, written } = setUp()
    for (const text of ['waiting', 'waiting', '']) progress.note(text)
    expect(written()).toBe('waiting\n')
    progress.show()
    progress.note('waiting')
    expect(written()).toMatch(/a second\nwaiting\n$/)
  })
})

describe('progress on a terminal', () => {
  it('is a bar with counts and speed', () => {
    const { progress, state, written } = setUp({ isTTY: true })
    Object.assign(state, { bytes: 500, lines: 70, accepted: 60, now: 1000 })
    progress.end()
    expect(written()).toMatch(/=+-+ 50 % · .* left · 70 lines · 60 accepted · 60\/s/)
  })

  it('says beside the bar what it waits for', () => {
    const { progress, written } = setUp({ isTTY: true })
    progress.note('waiting for ingest')
    progress.end()
    expect(written()).toMatch(/-+ 0 % · .* left · waiting for ingest/)
  })

  it('shows counts without a bar where the size is not known', () => {
    const { progress, state, written } = setUp({ isTTY: true, size: null })
    state.lines = 70
    progress.show()
    progress.end()
    expect(written()).toMatch(/70 lines · 0 accepted · 0\/s/)
  })
})
