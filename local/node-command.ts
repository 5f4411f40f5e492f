// How a TypeScript program of this project is run.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const tsx = createRequire(import.meta.url).resolve('tsx')

/** The command that runs `program`, a path below the project's root such as `ingest/main.ts`. */
export function nodeCommand(program: string, ...args: string[]): string[] {
  return [process.execPath, '--import', tsx, join(root, program), ...args]
}
