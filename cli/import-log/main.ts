// `npm run import`: reads the command line, runs the import, shows how it goes and owns the exit code.
import { SendError } from '../../client/delivery.ts'
import { eventsAddress } from '../../client/post-batch.ts'
import { createSender } from '../../client/sender.ts'
import { loadDotEnv, SettingsError } from '../../runtime/env.ts'
import { findServices } from '../find-services.ts'
import { importLog } from './import-log.ts'
import { LogError, openLog } from './open-log.ts'
import { UsageError } from '../usage.ts'
import { help, readOptions, type ImportOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { createRepetitions } from './repetitions.ts'
import { summarize } from './summary.ts'
import { countRefused, newTally } from './tally.ts'

const exitCode = { good: 0, someLinesLeftOut: 1, failed: 2 }

async function run({ file, siteId, url }: ImportOptions): Promise<number> {
  const log = await openLog(file, process.stdin)
  const target = url ?? findServices(process.env).ingest
  const tally = newTally()
  const progress = createProgress({ ...log, tally, now: () => performance.now() }, process.stderr)
  const timer = setInterval(progress.show, progress.everyMs)
  const startedAt = performance.now()
  const end = (headline: string) => {
    clearInterval(timer)
    progress.end()
    console.log(summarize(headline, tally, (performance.now() - startedAt) / 1000))
  }
  const stop = (signal: string) => {
    end('Stopped')
    // By the signal itself, as shells expect it; to exit would wait for a read that is under way.
    process.kill(process.pid, signal)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)

  const sender = createSender<number>({
    url: target,
    waiting: (reason) => progress.note(`waiting for ${new URL(target).host}: ${reason}`),
    settled: ({ accepted, refused }) => {
      progress.note('')
      tally.accepted += accepted.length
      for (const { tag, reason } of refused) countRefused(tally, tag, reason)
    },
  })
  try {
    await importLog({ log, siteId, sender, repetitions: createRepetitions(), tally })
  } catch (error) {
    const at = error instanceof SendError ? `${eventsAddress(target)}: ` : ''
    end(`Not finished, ${at}${error instanceof Error ? error.message : String(error)}`)
    return exitCode.failed
  }
  const damage = log.damage()
  end(damage === null ? `Imported ${log.name} for site ${siteId}` : `Not finished, ${damage}`)
  if (damage !== null) return exitCode.failed
  return tally.malformed + tally.refused > 0 ? exitCode.someLinesLeftOut : exitCode.good
}

async function main(): Promise<number> {
  try {
    loadDotEnv()
    const options = readOptions(process.argv.slice(2))
    if (options) return await run(options)
    console.log(help)
    return exitCode.good
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}. See npm run import -- --help`)
    else if (error instanceof LogError || error instanceof SettingsError) console.error(error.message)
    else throw error
    return exitCode.failed
  }
}

// Not left to end by itself: after a failure a pipe into standard input would keep the process.
process.exit(await main())
