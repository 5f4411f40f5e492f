// One exit policy for every long-running process: a first signal begins an orderly stop under a deadline, a
// second signal or the deadline ends the process at once, and the exit code says which it was.
import closeWithGrace from 'close-with-grace'
import type { Logger } from './logger.ts'

/** Something that runs until it is stopped. */
export interface Running {
  /** Stops in order: what was taken is finished first. Safe to call once. */
  stop: () => Promise<void>
  /** Rejects when it cannot go on by itself; the process then ends with code 1 and is started again. */
  failed?: Promise<never>
}

/** What a service tells the process that started it, over Node's IPC channel. */
export interface ListeningMessage {
  listening: string
}

/**
 * Runs `start` and keeps the process alive until a signal, a failure, or the death of the process that
 * started it (seen as the end of the IPC channel, also after a kill -9).
 */
export async function runProcess(logger: Logger, stopWithinMs: number, start: () => Promise<Running>): Promise<void> {
  process.on('disconnect', () => process.exit(1))
  const starting = start()
  closeWithGrace({ delay: stopWithinMs, logger: { error: (fact: unknown) => logger.error({ err: fact }, 'exit') } }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error')
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
