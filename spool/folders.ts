// The folders below SPOOL_DIR: each ingest owns one, so that several may run on one machine. What one left behind that
// died, or was not started again, is taken over by another.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isTaken, takeLock, type Lock } from '../runtime/lock.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { StartError } from '../runtime/start-error.ts'
import { segmentNumbers } from './segment.ts'

/** A folder for spooled events that this process owns. */
export interface OwnedFolder {
  folder: string
  lock: Lock
}

/** A spool folder that cannot be used. The message says what to do. */
export class SpoolFolderError extends StartError {
  override name = 'SpoolFolderError'
}

/**
 * Takes the first folder of `topic` that nobody owns, or makes one.
 * @throws SpoolFolderError where none can be made or written
 */
export async function takeFolder(root: string, topic: string): Promise<OwnedFolder> {
  try {
    for (let number = 1; ; number += 1) {
      const folder = join(root, `${topic}-${number}`)
      await makeFolder(folder, 0o700)
      const lock = await lockFolder(folder)
      if (lock) return { folder, lock }
    }
  } catch (error) {
    throw unusable(root, error)
  }
}

/** What is told where a spool's place fails at the start. */
export function unusable(path: string, error: unknown): SpoolFolderError {
  return new SpoolFolderError(
    `SPOOL_DIR (${path}) cannot be used (${(error as Error).message}): make it readable and writable, set SPOOL_DIR to another place, or set SPOOL_MAX_BYTES=0 to go without a spool`,
    { cause: error },
  )
}

/** The folders that hold events of other topics: nobody brings those to Kafka. */
export async function foldersOfOthers(root: string, topic: string): Promise<string[]> {
  const names = await readdir(root).catch(() => [])
  const holding = await Promise.all(names.map((name) => segmentNumbers(join(root, name)).catch(() => [])))
  return names.filter((name, index) => !isOf(topic, name) && (holding[index]?.length ?? 0) > 0)
}

/**
 * Takes one folder of `topic` that holds events and that nobody owns; null where there is none.
 * @param passedOver folders that are left alone
 */
export async function takeLeftFolder(
  root: string,
  topic: string,
  passedOver: ReadonlySet<string> = new Set(),
): Promise<OwnedFolder | null> {
  for (const name of await readdir(root).catch(() => [])) {
    const folder = join(root, name)
    if (!isOf(topic, name) || passedOver.has(folder)) continue
    // What cannot be read, or is no folder, keeps nobody from the others; it is looked at again the next time.
    const numbers = await segmentNumbers(folder).catch(() => [])
    const lock = numbers.length > 0 ? await lockFolder(folder).catch(() => null) : null
    if (lock) return { folder, lock }
  }
  return null
}

function isOf(topic: string, name: string): boolean {
  return name.startsWith(`${topic}-`) && /^\d+$/.test(name.slice(topic.length + 1))
}

async function lockFolder(folder: string): Promise<Lock | null> {
  const lock = await takeLock(join(folder, 'lock'))
  return isTaken(lock) ? lock : null
}
