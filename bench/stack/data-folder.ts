// Where the data of a run lie: in memory where there is room for them, so that programs are measured and no file system.
import { statfs } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'

const memory = '/dev/shm'

/** A whole run keeps no more, of topics and tables together. */
const roomBytes = 8 * 2 ** 30
/** And what the programs take. */
const programBytes = 4 * 2 ** 30

export interface DataFolder {
  parent: string
  isMemory: boolean
}

/**
 * A folder to make others in. On a file system a small insert may cost several times what the programs do: ext4 without a
 * journal looks through all files that were deleted in the minutes before, for each file that is made.
 */
export async function dataFolder(): Promise<DataFolder> {
  const found = await statfs(memory).catch(() => null)
  const isMemory =
    found !== null && found.bavail * found.bsize >= roomBytes && freemem() >= roomBytes + programBytes
  return { parent: isMemory ? memory : tmpdir(), isMemory }
}
