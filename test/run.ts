// `npm test`: every test this machine can run, on one Kafka and one ClickHouse, and a tally that names what was
// skipped. Arguments go to vitest, such as a file to run alone.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Report {
  numPassedTests: number
  numFailedTests: number
  success: boolean
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
}

const folder = await mkdtemp(join(tmpdir(), 'tallyline-report-'))
const file = join(folder, 'report.json')
const exitCode = await runVitest(file)
const report = await readReport(file)
await rm(folder, { recursive: true, force: true })
if (!report) {
  console.error('The tests ended without a report.')
  process.exit(exitCode || 1)
}

const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
const skipped = results.filter(({ status }) => status !== 'passed' && status !== 'failed')
// A file that breaks before its first test has no test to count: it counts as one that failed.
const broken = report.testResults.filter(
  (result) => result.status === 'failed' && result.assertionResults.length === 0,
)
const failed = report.numFailedTests + broken.length
for (const { fullName } of skipped) console.log(`skipped: ${fullName}`)
for (const { name } of broken) console.log(`broken: ${name}`)
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`)
process.exit(exitCode !== 0 || failed > 0 ? 1 : 0)

function runVitest(outputFile: string): Promise<number> {
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`]
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

async function readReport(path: string): Promise<Report | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Report
  } catch {
    return null
  }
}
