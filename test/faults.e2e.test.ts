// P1 to P3 under faults: a short run of `npm run faults`, in which the cheap kinds of fault come up.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readOptions } from '../faults/options.ts'
import { toTable } from '../faults/report/table.ts'
import { run } from '../faults/run.ts'

const runWithinMs = 360_000
const seed = process.env['FAULTS_SEED'] ?? '2026'
const kinds = 'kill-,restart-,extra-consumer,cut,swallow,hang consumer,break-off'

it(
  'loses nothing and stores nothing twice while processes are killed and connections broken',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallyline-faults-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const args = ['--minutes', '0.75', '--every', '3', '--rate', '500', '--seed', seed, '--only', kinds]
    const options = readOptions([...args, '--folder', folder, '--settle', '3'])
    if (!options) throw new Error('there are no options')
    const result = await run(options, new AbortController().signal, () => undefined)
    if (!result) throw new Error('the run was ended')
    expect(result.wrong, toTable(result)).toEqual([])
    expect(result.faults.done).toBeGreaterThan(5)
    expect(result.events.acknowledged).toBeGreaterThan(5000)
    expect(result.events.stored).toBeGreaterThanOrEqual(result.events.acknowledged)
    expect(result.looks.good).toBeGreaterThan(3)
  },
  runWithinMs,
)
