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
    redact: ['password', 'headers.authorization'],
  }
  return output ? pino(options, output) : pino(options)
}
