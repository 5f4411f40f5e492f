// Lets one launcher at a time work on a folder.
import { join } from 'node:path'
import { isTaken, takeLock, type Lock } from '../runtime/lock.ts'
import { LaunchError } from './launch-error.ts'

/**
 * Takes the lock of `dataDir`, which must exist. `wasKilled` tells that the launcher that held it before was killed,
 * and with it all that it had started.
 * @throws LaunchError when a launcher that lives holds it
 */
export async function lockDataDir(dataDir: string): Promise<Lock> {
  const lock = await takeLock(join(dataDir, 'launcher.lock'))
  if (isTaken(lock)) return lock
  throw new LaunchError(
    `Tallyline is running on ${dataDir} already (${lock.heldBy}): stop it first, or set DATA_DIR to another folder.`,
  )
}
