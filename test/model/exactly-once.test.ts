// The consumer's protocol against a model of Kafka and ClickHouse that does its worst, in many random schedules; and
// broken variants of it, each of which has to be caught.
//
// MODEL_RUNS is the number of schedules (20,000), MODEL_SEED repeats a run: both are printed.
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { run, schedules, type Schedule } from './schedule.ts'
import { variants } from './variants.ts'
import { rules } from './world.ts'

const numRuns = Number(process.env['MODEL_RUNS'] ?? 20_000)
const seed = Number(process.env['MODEL_SEED'] ?? Math.floor(Math.random() * 0x7fffffff))
const timeout = 120_000 + numRuns * 10

/** A variant that so many schedules do not catch is not caught. The rarest is met once in some ten thousand. */
const mostRunsOfVariant = 400_000

/** What the schedules must have met, or they prove little. */
const mustMeet = [
  ...['started with a lease', 'started behind lines in no books', 'lines in no books expired'],
  ...['part of a range was there', 'fetch refused', 'next offset expired', 'lane drained'],
  ...['commit refused', 'commit unknown', 'commit accepted that was given up'],
  ...[
    'insert late',
    'insert unknown',
    'insert broken between months',
    'answer after a recovery',
    'range not prepared',
  ],
  ...['insert landed that was given up', 'insert landed after its deadline'],
  ...['look: early', 'look: running', 'look: stored', 'look: not stored', 'clock set back'],
  ...[
    'member killed',
    'member stopped',
    'store restarted',
    'group restarted',
    'group forgotten',
    'log expired',
  ],
]

const report: string[] = []

afterAll(() => {
  process.stdout.write(`${report.join('\n')}\n`)
})

describe('the protocol of the consumer', () => {
  it('stores everything once, at every instant, and goes on when the faults stop', { timeout }, () => {
    const seen = new Map<string, number>()
    report.push(`model: MODEL_SEED=${seed} MODEL_RUNS=${numRuns}`)
    const holds = fc.property(schedules, (schedule) => {
      const world = run(schedule, rules)
      for (const [what, count] of world.seen) seen.set(what, (seen.get(what) ?? 0) + count)
      if (world.violations.size > 0) throw new Error(tell(schedule))
    })
    fc.assert(holds, { numRuns, seed })
    report.push(...mustMeet.map((what) => `  ${String(seen.get(what) ?? 0).padStart(9)}  ${what}`))
    if (numRuns >= 20_000) expect(mustMeet.filter((what) => !seen.has(what))).toEqual([])
  })
})

describe('the test of the protocol', () => {
  const byName = variants.map((variant) => [variant.name, variant] as const)
  it.each(byName)('catches: %s', { timeout: 1_200_000 }, (name, { rules: broken, shows }) => {
    const holds = fc.property(schedules, (schedule) => {
      const { violations } = run(schedule, broken)
      return !shows.some((violation) => violations.has(violation))
    })
    const { failed, numRuns: tried } = fc.check(holds, {
      numRuns: mostRunsOfVariant,
      seed,
      endOnFailure: true,
    })
    report.push(`  ${String(tried).padStart(9)}  schedules until caught: ${name}`)
    expect(failed).toBe(true)
  })
})

/** A schedule that goes wrong, in words. */
function tell(schedule: Schedule): string {
  const trace: string[] = []
  const { violations } = run(schedule, rules, trace)
  return [`MODEL_SEED=${seed}: ${[...violations].join(', ')}`, ...trace].join('\n')
}
