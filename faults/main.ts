// `npm run faults`: does the stack harm and tells whether anything was lost or doubled.
import { help, readOptions } from './options.ts'
import { toTable } from './report/table.ts'
import { run } from './run.ts'
import { stopOnSignals } from '../local/signals.ts'

const abort = new AbortController()
const since = performance.now()
const say = (text: string) =>
  console.error(`${((performance.now() - since) / 1000).toFixed(0).padStart(5)} s  ${text}`)

const onSignal = stopOnSignals({
  first: () => {
    say('stopping')
    abort.abort()
  },
  // The processes it started end with it.
  second: () => process.exit(1),
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)

try {
  const options = readOptions(process.argv.slice(2))
  if (!options) console.log(help)
  else {
    const result = await run(options, abort.signal, say)
    if (result) {
      console.log(`\n${toTable(result)}`)
      for (const fault of result.wrong) console.log(`WRONG: ${fault}`)
      console.log(
        result.wrong.length === 0 ? 'Nothing lost, nothing twice.' : `${result.wrong.length} faults.`,
      )
    }
    process.exitCode = result && result.wrong.length === 0 ? 0 : 1
  }
} catch (error) {
  if (!abort.signal.aborted) console.error(error instanceof Error ? error.stack : error)
  process.exitCode = 1
}
process.exit()
