// How a TypeScript program of this project is run.
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** The command that runs `program`, a path below the project's root such as `ingest/main.ts`. */
export function nodeCommand(program: string, ...args: string[]): string[] {
  return [process.execPath, '--import', import.meta.resolve('tsx'), join(root, program), ...args]
}
