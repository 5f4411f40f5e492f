// `npm start`: the whole product on one machine.
import { loadDotEnv, readEnv, SettingsError } from '../runtime/env.ts'
import { createLogger } from '../runtime/logger.ts'
import { LaunchError } from './launch-error.ts'
import { launch, readyLine, type Launched } from './launcher.ts'
import { createProgress } from './progress.ts'
import { launchSettings } from './services.ts'
import { stopOnSignals } from './signals.ts'

const progress = createProgress()
const abort = new AbortController()
let launched: Launched | undefined

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const onSignal = stopOnSignals({
  first: () => {
    progress.line('stopping')
    abort.abort()
    void launched?.stop().then(() => process.exit(0))
  },
  second: () => {
    launched?.kill()
    process.exit(1)
  },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)

try {
  loadDotEnv()
  const settings = readEnv(launchSettings)
  const log = createLogger('local', settings.logLevel, process.stderr)
  launched = await launch({ settings, env: process.env, log, progress, signal: abort.signal })
  process.stdout.write(`${readyLine(launched, settings.dataDir, performance.now())}\n`)
} catch (error) {
  progress.end()
  if (abort.signal.aborted) process.exit(0)
  const isPlain = error instanceof LaunchError || error instanceof SettingsError
  process.stderr.write(`${isPlain ? error.message : (error as Error).stack}\n`)
  process.exit(1)
}
