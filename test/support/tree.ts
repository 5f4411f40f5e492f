// The project's own files, as the tests of its shape read them.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '../..')

const skipped = new Set(['node_modules', 'dist', '.data', '.git', 'results'])

/** Every file, as a path below the root. */
export const files = listFiles(root)

/** The text of a file. */
export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function listFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !skipped.has(name))
    .flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? listFiles(path) : [relative(root, path)]
    })
}
