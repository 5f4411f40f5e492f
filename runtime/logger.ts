// The one way to log: pino, one JSON line an entry, each with its service's name.
import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger }

/**
 * A logger whose lines carry `service`. Secrets that might sit in logged settings are cut out.
 * @param output default: standard output
 */
export function createLogger(service: string, level: string, output?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    redact: ['password', 'headers.authorization'],
  }
  return output ? pino(options, output) : pino(options)
}

/** What tells a failure apart. The stack is only worth its length where nobody foresaw the error. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, code, stack } = error as NodeJS.ErrnoException
  const isForeseen = code !== undefined || /Kafka|ClickHouse|Published|Misfit|Spool/.test(name)
  return { type: name, message, ...(code === undefined ? {} : { code }), ...(isForeseen ? {} : { stack }) }
}
