// Brings a folder to the disk.
import { open } from 'node:fs/promises'

/**
 * What was made in a folder is found after a power loss only once the folder is on the disk.
 * @throws Error of the operating system
 */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
