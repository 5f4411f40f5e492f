// What is read from samples and logs.
import { describe, expect, it } from 'vitest'
import { latenciesOf } from '../scenarios/latencies.ts'
import { growthOf } from './memory.ts'
import { killsWithReplay } from './replays.ts'

describe('the growth of memory', () => {
  const samples = (grow: number, from = 0, count = 200) =>
    Array.from({ length: count }, (_, index) => ({
      second: from + index * 5,
      megabytes: 100 + (index * 5 * grow) / 60 + (index % 2),
    }))

  it('is the slope of the longest life, without its beginning', () => {
    const early = samples(0, 0, 60).map(({ second }) => ({ second, megabytes: second }))
    const lives = [
      { name: 'consumer-1', pid: 1, samples: [...early, ...samples(3, 300)] },
      { name: 'consumer-1', pid: 2, samples: samples(50, 1300, 30) },
    ]
    const [growth] = growthOf(lives, 300)
    expect(growth?.megabytesPerMinute).toBeCloseTo(3, 1)
    expect(growth?.highestMegabytes).toBe(295)
  })

  it('is not told of lives that were too short', () => {
    expect(growthOf([{ name: 'ingest-1', pid: 1, samples: samples(1, 0, 20) }], 60)).toEqual([
      {
        name: 'ingest-1',
        highestMegabytes: expect.any(Number) as number,
        megabytesPerMinute: null,
        seconds: 35,
      },
    ])
  })
})

describe('kills with a replay', () => {
  it('counts a kill once, whatever number of ranges was taken up after it', () => {
    expect(killsWithReplay([100, 200, 300], [50, 110, 120, 310])).toBe(2)
  })
})

describe('latencies', () => {
  it('are those of the attempts that began in the given time', () => {
    const attempts = Array.from({ length: 101 }, (_, at) => ({
      at,
      ms: at,
      outcome: at === 7 ? 'no answer' : '202',
    }))
    expect(latenciesOf(attempts, 0, 100)).toEqual({
      ...{ requests: 100, p50: 49, p99: 98, highest: 99 },
      outcomes: { 202: 99, 'no answer': 1 },
    })
  })
})
