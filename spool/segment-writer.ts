// One segment that is being written: bytes count once they are on the disk, and what did not get there is cut off.
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../runtime/sync-folder.ts'

export interface SegmentWriter {
  /** What is on the disk for sure. */
  bytes: () => number
  /**
   * Resolves when the bytes are on the disk. One call at a time.
   * @throws Error of the operating system; nothing of the bytes is kept then, and no more may be written
   */
  append: (bytes: Buffer) => Promise<void>
  close: () => Promise<void>
}

/**
 * Makes the file, which must not be there.
 * @throws Error of the operating system
 */
export async function createSegment(path: string): Promise<SegmentWriter> {
  const file = await open(path, 'wx', 0o600)
  try {
    await syncFolder(dirname(path))
  } catch (error) {
    await file.close()
    throw error
  }
  let size = 0
  return {
    bytes: () => size,
    append: async (bytes) => {
      try {
        await writeAll(file, bytes, size)
        await file.datasync()
        size += bytes.length
      } catch (error) {
        // Where that fails too the rest is found at the next start: entries that nobody was told are kept.
        await file.truncate(size).catch(() => undefined)
        throw error
      }
    },
    close: () => file.close(),
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written)
    written += bytesWritten
  }
}
