// Lets one process at a time have something on a disk. The lock of one that was killed is taken over: it names the
// process, when that started, and the container it ran in, so another process with the same number is not taken for it.
import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from './process-start.ts'

/** A lock's content is written just after the file is made; one without is given this long. */
const writingMs = 200
const attempts = 5

/** Processes of another container cannot be seen, so every lock shows that its holder lives. */
const refreshMs = 5000
const silentMs = 30_000
const elsewhere: Holder = { heldBy: 'a process in another container' }

export interface Lock {
  release: () => void
  /** Whether the one that held it before was killed. */
  wasKilled: boolean
  /**
   * False once another process has taken it over, for which this one must have been stopped for long.
   * @throws Error of the operating system where that cannot be read
   */
  isMine: () => Promise<boolean>
}

/** What holds the lock, as words: `process 4711`, or what can be said of it. */
export interface Holder {
  heldBy: string
}

/**
 * Takes the lock `file`, whose folder must exist, or tells who holds it.
 * @throws Error of the operating system where the file cannot be written
 */
export async function takeLock(file: string): Promise<Lock | Holder> {
  const mine = `${process.pid} ${processStart(process.pid) ?? ''}\n${processSpace()} ${randomUUID()}`
  let wasKilled = false
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (create(file, mine)) return hold(file, mine, wasKilled)
    const found = await readLock(file)
    if (found === null) continue
    const holder = holderOf(file, found)
    if (holder !== null) return holder
    removeStale(file, found)
    wasKilled = true
  }
  return { heldBy: 'one of several that want it at once' }
}

/** Whether it was taken. */
export function isTaken(lock: Lock | Holder): lock is Lock {
  return 'release' in lock
}

function hold(file: string, mine: string, wasKilled: boolean): Lock {
  const read = () =>
    readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw error
    })
  const refresh = setInterval(() => touch(file), refreshMs).unref()
  return {
    wasKilled,
    isMine: async () => (await read()) === mine,
    release: () => {
      clearInterval(refresh)
      if (contentOf(file) === mine) rmSync(file, { force: true })
    },
  }
}

function create(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code === 'ENOSPC') rmSync(file, { force: true })
    throw error
  }
}

async function readLock(file: string): Promise<string | null> {
  if (contentOf(file) === '') await sleep(writingMs)
  return contentOf(file)
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Who holds it, where that process lives. */
function holderOf(file: string, lock: string): Holder | null {
  const [named = '', place] = lock.split('\n')
  const [pid = '', ...start] = named.split(' ')
  const space = place?.split(' ')[0]
  if (space !== undefined && space !== processSpace()) return isSilent(file) ? null : elsewhere
  return lock !== '' && processStart(Number(pid)) === start.join(' ') ? { heldBy: `process ${pid}` } : null
}

/** Which processes can be seen from here: a name that differs from container to container, where there are any. */
function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return '-'
  }
}

function isSilent(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > silentMs
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // It was taken over, or its disk fails: whoever holds it asks `isMine` before it relies on it.
  }
}

/** Moved away first: should another have replaced it since it was read, it is put back. */
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
