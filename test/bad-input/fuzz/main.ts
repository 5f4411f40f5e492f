// `npm run fuzz`: good and bad requests and records through the real services, and what came of them.
import { startThrowawayStack } from '../../support/throwaway-stack.ts'
import { help, readOptions } from './options.ts'
import { describeReport } from './report.ts'
import { runFuzz } from './run-fuzz.ts'
import type { FuzzOptions } from './send-all.ts'

async function fuzz(options: FuzzOptions): Promise<void> {
  console.log(`seed ${options.seed}`)
  const stack = await startThrowawayStack()
  try {
    const report = await runFuzz(stack, options)
    for (const fault of report.faults) console.log(fault)
    console.log(describeReport(options, report))
    if (report.faults.length > 0) process.exitCode = 1
  } finally {
    await stack.stop()
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) await fuzz(options)
  else console.log(help)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
