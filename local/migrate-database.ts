// Runs the migrations as the process they are, before any service starts.
import { LaunchError } from './launch-error.ts'
import { nodeCommand } from './node-command.ts'
import type { Progress } from './progress.ts'
import { runHeld } from './run-held.ts'

/**
 * Brings the database to the shape the services need.
 * @param env holds CLICKHOUSE_URL, the user and the database
 * @throws LaunchError with what the migrations said when they failed
 */
export async function migrateDatabase(
  env: NodeJS.ProcessEnv,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const task = progress.begin('migrating the database')
  const lines: string[] = []
  try {
    const code = await runHeld(nodeCommand('clickhouse/main.ts'), { env, signal }, (line) => lines.push(line))
    signal.throwIfAborted()
    if (code !== 0) throw new LaunchError(whyFailed(lines))
    task.done()
  } finally {
    task.drop()
  }
}

/** The migrations end with a sentence; lines of JSON are their log. */
function whyFailed(lines: string[]): string {
  const said = lines.findLast((line) => line.trim() !== '' && !line.startsWith('{'))
  return said ?? 'The database could not be migrated: run `npm run migrate` to see why.'
}
