// The one way to log: pino, one JSON line an entry, each with its service's name.
import { pino, type Logger } from 'pino'

export type { Logger }

/** A logger whose lines carry `service`. Secrets that might sit in logged settings are cut out. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['password', 'headers.authorization'],
  })
}
