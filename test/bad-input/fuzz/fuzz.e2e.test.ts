// Promise: whatever is sent, to HTTP or straight onto the topic, is answered as the contract says, breaks nothing,
// costs bounded memory, and comes back from the API where it was accepted. `npm run fuzz` sends more of the same.
import { expect, inject, it } from 'vitest'
import { newSeed } from './options.ts'
import { describeReport } from './report.ts'
import { runFuzz } from './run-fuzz.ts'

const seed = Number(process.env['FUZZ_SEED'] ?? newSeed())
const cases = Number(process.env['FUZZ_CASES'] ?? 10_000)

it(`holds for ${cases} cases of seed ${seed}`, { timeout: 900_000 }, async () => {
  const options = { seed, cases, first: 0 }
  const stack = { brokers: inject('brokers'), clickhouse: inject('clickhouse') }
  const report = await runFuzz(stack, options)
  process.stdout.write(`${describeReport(options, report)}\n`)
  expect(report.faults).toEqual([])
})
