// Lets one launcher at a time work on a folder. The lock of one that was killed is taken over: it names the process
// and when that started, so another process with the same number is not taken for it.
import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from '../runtime/process-start.ts'
import { LaunchError } from './launch-error.ts'

/** A lock's content is written just after the file is made; one without is given this long. */
const writingMs = 200
const attempts = 5

export interface Lock {
  release: () => void
  /** Whether the launcher that held it before was killed, and with it all that it had started. */
  wasKilled: boolean
}

/**
 * Takes the lock of `dataDir`, which must exist.
 * @throws LaunchError when a launcher that lives holds it
 */
export async function lockDataDir(dataDir: string): Promise<Lock> {
  const file = join(dataDir, 'launcher.lock')
  const mine = `${process.pid} ${processStart(process.pid) ?? ''}`
  let wasKilled = false
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (create(file, mine)) return { release: () => rmSync(file, { force: true }), wasKilled }
    const found = await readLock(file)
    if (found === null) continue
    const holder = holderOf(found)
    if (holder !== null) {
      throw new LaunchError(
        `Tallyline is running on ${dataDir} already (process ${holder}): stop it first, or set DATA_DIR to another folder.`,
      )
    }
    removeStale(file, found)
    wasKilled = true
  }
  throw new LaunchError(`Several starts want ${dataDir} at once: start one of them again.`)
}

function create(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readLock(file: string): Promise<string | null> {
  const read = () => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      return null
    }
  }
  if (read() === '') await sleep(writingMs)
  return read()
}

/** The process that holds the lock, where it lives. */
function holderOf(lock: string): number | null {
  const [pid = '', ...start] = lock.split(' ')
  return lock !== '' && processStart(Number(pid)) === start.join(' ') ? Number(pid) : null
}

/** Moved away first: should another start have replaced it since it was read, it is put back. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (readFileSync(aside, 'utf8') === stale) rmSync(aside)
  else renameSync(aside, file)
}
