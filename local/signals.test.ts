// What signals mean.
import { describe, expect, it } from 'vitest'
import { stopOnSignals } from './signals.ts'

function signalsAt(...times: number[]): string[] {
  const calls: string[] = []
  const clock = { now: 0 }
  const onSignal = stopOnSignals({
    first: () => calls.push('first'),
    second: () => calls.push('second'),
    now: () => clock.now,
  })
  for (const time of times) {
    clock.now = time
    onSignal()
  }
  return calls
}

describe('signals to stop', () => {
  it('ask for an orderly stop first', () => {
    expect(signalsAt(0)).toEqual(['first'])
  })

  it('count once when one Ctrl-C arrives twice', () => {
    expect(signalsAt(0, 3, 900)).toEqual(['first'])
  })

  it('end everything at once when another comes a second later', () => {
    expect(signalsAt(0, 3, 1000)).toEqual(['first', 'second'])
  })
})
