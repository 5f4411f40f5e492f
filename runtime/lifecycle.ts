// One exit policy for every service: a first signal begins an orderly stop under a deadline, a second signal or
// the deadline ends the process at once, and the exit code says which it was (0 orderly, 1 not).
import closeWithGrace from 'close-with-grace'
import type { z } from 'zod'
import { loadDotEnv, readEnv, SettingsError } from './env.ts'
import { createLogger, type Logger } from './logger.ts'
import { StartError } from './start-error.ts'

/** Something that runs until it is stopped. */
export interface Running {
  /** Stops in order: what was taken is finished first. Called once. */
  stop: () => Promise<void>
  /** Rejects when it cannot go on by itself; the process then ends with code 1, to be started again. */
  failed?: Promise<never>
}

/** What a service tells the process that started it, over Node's IPC channel. */
export interface ListeningMessage {
  listening: string
}

/**
 * Reads the settings, those of `.env` too, runs `start`, and keeps the process until a signal, a failure, or the death of the
 * process that started it (seen as the end of the IPC channel, also after a kill -9).
 * @param stopWithinMs the deadline of an orderly stop
 */
export async function runService<Config extends { logLevel: string }>(
  name: string,
  schema: z.ZodType<Config>,
  stopWithinMs: number,
  start: (config: Config, logger: Logger) => Promise<Running>,
): Promise<void> {
  process.once('disconnect', () => process.exit(1))
  const config = readSettings(schema)
  const logger = createLogger(name, config.logLevel)
  const starting = start(config, logger)
  closeWithGrace({ delay: stopWithinMs, logger: exitLogger(logger) }, async ({ signal, err }) => {
    if (err instanceof StartError) logger.fatal(err.message)
    else if (err) logger.fatal({ err }, 'stopping after an error')
    else logger.info({ signal }, 'stopping')
    const running = await starting.catch(() => undefined)
    await running?.stop()
    logger.info('stopped')
  })
  const running = await starting
  await running.failed
}

/** Tells the starting process, where there is one, the address this service can be reached at. */
export function announce(url: string): void {
  const message: ListeningMessage = { listening: url }
  process.send?.(message)
}

function readSettings<Config>(schema: z.ZodType<Config>): Config {
  try {
    loadDotEnv()
    return readEnv(schema)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

function exitLogger(logger: Logger) {
  return { error: (fact: unknown) => logger.error({ fact: String(fact) }, 'did not stop in order') }
}
