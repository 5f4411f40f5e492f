// `npm run bench`: measures section by section in one run, says what came out, and keeps it.
import { loadavg } from 'node:os'
import { createProgress } from '../local/progress.ts'
import { loadDotEnv } from '../runtime/env.ts'
import { describeMachine, packageVersions } from './machine.ts'
import { help, readOptions, type BenchOptions } from './options.ts'
import { barsTable } from './page/bars.ts'
import { toFigures } from './page/figures.ts'
import { toPage } from './page/page.ts'
import { keepResults } from './results.ts'
import { runSections } from './run-sections.ts'
import { isWhole } from './sections/sections.ts'

/** A run that takes longer than this hangs. */
const withinMs = 45 * 60_000

async function run({ settings, only, isKept }: BenchOptions): Promise<void> {
  const [loadBefore = 0] = loadavg()
  const date = new Date().toISOString()
  const { measured, versions, failed } = await runSections(only, settings, createProgress())
  const figures = only.map((name) => toFigures(name, measured)).filter((text) => text !== '')
  for (const text of figures) console.log(`\n${text}`)
  console.log(`\n### Against the bars\n\n${barsTable(measured)}`)
  for (const { name, error } of failed) console.error(`\nThe section ${name} failed: ${String(error)}`)
  if (failed.length > 0) process.exitCode = 1
  if (!isKept || !isWhole(measured)) return
  const results = { date, machine: await describeMachine(), loadBefore, settings, ...measured }
  const all = { ...(await packageVersions()), ...versions }
  console.log(`\nKept: bench/${await keepResults({ ...results, versions: all }, toPage)}, bench/README.md`)
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
