// `npm run bench`: measures ingest, drain and memory in one run, says what came out, and keeps it.
import { loadavg } from 'node:os'
import { createProgress } from '../local/progress.ts'
import { loadDotEnv } from '../runtime/env.ts'
import { openBenchStack } from './bench-stack.ts'
import { runDrainRounds } from './drain-rounds.ts'
import { toFigures } from './figures.ts'
import { runHttpRounds } from './http-rounds.ts'
import { describeMachine, packageVersions } from './machine.ts'
import { help, readOptions, type BenchOptions } from './options.ts'
import { toPage } from './page.ts'
import { keepResults, type BenchResults } from './results.ts'

/** A run that takes longer than this hangs. */
const withinMs = 15 * 60_000

async function measure({ settings }: BenchOptions): Promise<BenchResults> {
  const progress = createProgress()
  const [loadBefore = 0] = loadavg()
  const date = new Date().toISOString()
  const stack = await openBenchStack(progress)
  try {
    const versions = { ...(await packageVersions()), ...stack.versions }
    const http = await runHttpRounds(stack, settings.http, (text) => progress.line(`POST /event, ${text}`))
    const drain = await runDrainRounds(stack, settings.drain, (text) => progress.line(`drain, ${text}`))
    return { date, machine: describeMachine(), loadBefore, versions, settings, http, drain }
  } finally {
    progress.end()
    await stack.stop()
  }
}

async function run(options: BenchOptions): Promise<void> {
  const results = await measure(options)
  const { http, drain, memory, bars } = toFigures(results)
  console.log(['', http, drain, memory, bars].join('\n\n'))
  if (!options.isKept) return
  console.log(`\nKept: bench/${await keepResults(results, toPage)}, bench/README.md`)
}

loadDotEnv()
const late = setTimeout(() => {
  console.error(`The bench did not end within ${withinMs / 60_000} minutes.`)
  process.exit(1)
}, withinMs).unref()
try {
  const options = readOptions(process.argv.slice(2))
  if (options) await run(options)
  else console.log(help)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  clearTimeout(late)
}
