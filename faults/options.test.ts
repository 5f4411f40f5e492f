// What a run can be asked for.
import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

describe('the options', () => {
  it('have defaults, and a seed of their own', () => {
    expect(readOptions([])).toMatchObject({ scenario: 'random', minutes: 5, count: null, only: [], env: {} })
    expect(readOptions([])?.seed).not.toBe(readOptions([])?.seed)
  })

  it('take kinds, variables and scenarios', () => {
    const args = [
      '--only',
      'kill,cut',
      '--env',
      'A=1',
      '--env',
      'B=x=y',
      '--scenario',
      'kafka-down',
      '--seed',
      '7',
    ]
    expect(readOptions(args)).toMatchObject({
      ...{ only: ['kill', 'cut'], env: { A: '1', B: 'x=y' }, scenario: 'kafka-down', seed: 7 },
    })
    expect(readOptions(['--faults', 'none'])).toMatchObject({ scenario: 'none' })
    expect(readOptions(['--help'])).toBeNull()
  })

  it.each([
    [['--minutes', 'x'], '--minutes must be a number'],
    [['--rate=-1'], '--rate must be a number'],
    [['--scenario', 'flood'], 'kafka-down'],
    [['--env', 'A'], 'NAME=VALUE'],
    [['--color'], '--color'],
  ])('refuse %j with what is wrong', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })
})
