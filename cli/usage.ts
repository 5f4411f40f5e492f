// A command line that cannot be understood.
import { parseArgs, type ParseArgsConfig } from 'node:util'

/** The command cannot be understood; the message says how to put it right. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/**
 * Reads a command line as Node does.
 * @throws UsageError naming what is wrong
 */
export function readArguments<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(toOneLine(message), { cause: error })
  }
}

/** Node explains an unknown option with advice for options that are no options: its first sentence is enough. */
function toOneLine(message: string): string {
  const told = message.startsWith('Unknown option') ? (message.split('. ')[0] ?? message) : message
  return told.replaceAll('\n', ' ').replace(/\.$/, '')
}
