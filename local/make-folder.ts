// Makes a folder and those it lies in.
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * By hand, since Node's own way never ends in places such as /proc, where making a folder is answered with ENOENT.
 * @throws Error with the operating system's code, such as EEXIST where something else has that name
 */
export async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path)
  await makeOne(path).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    await makeFolder(parent)
    await makeOne(path)
  })
}

/** In a folder that is there. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path)
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
