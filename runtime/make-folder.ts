// Makes a folder and those it lies in, so that a power loss does not undo it.
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './sync-folder.ts'

/**
 * By hand, since Node's own way never ends in places such as /proc, where making a folder is answered with ENOENT.
 * @param mode who may use the folders that are made; by default what the process's umask leaves
 * @throws Error with the operating system's code, such as EEXIST where something else has that name
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const parent = dirname(path)
  await makeOne(path, mode).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    await makeFolder(parent, mode)
    await makeOne(path, mode)
  })
}

/** In a folder that is there. */
async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
    await syncFolder(dirname(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await isFolder(path))) throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
