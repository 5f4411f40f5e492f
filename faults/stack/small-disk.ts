// A folder with a file system of its own, which can be filled to its last byte and emptied again.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { processStart } from '../../runtime/process-start.ts'

const run = promisify(execFile)

export interface SmallDisk {
  folder: string
  /** Takes all the room there is but what it is to leave. */
  fill: () => Promise<void>
  /** Gives the room back. */
  free: () => Promise<void>
  /** Has what is in it copied to the disk behind it when it is taken away. */
  keep: () => void
  /** Takes the file system away, with all that is in it. */
  remove: () => Promise<void>
}

/** Why this process cannot have one; null where it can. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== 'linux') return 'a file system in memory needs Linux'
  return process.getuid?.() === 0 ? null : 'mounting a file system needs root'
}

/** Names the process that must take it away again. */
const nameOf = (pid: number) => `tallyline-faults:${pid}:${processStart(pid) ?? ''}`

/**
 * Mounts a file system in memory.
 * @param bytes how much it holds
 * @param left how much is left of it when it is full
 * @throws Error where the system refuses
 */
export async function mountSmallDisk(folder: string, bytes: number, left = 0): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, nameOf(process.pid), folder])
  const ballast = join(folder, 'ballast')
  let isKept = false
  return {
    folder,
    fill: async () => {
      const { bavail, bsize } = await statfs(folder)
      // Whoever writes meanwhile may take the last of it first.
      const taken = bavail * bsize - left
      if (taken > 0) await run('fallocate', ['-l', String(taken), ballast]).catch(() => undefined)
    },
    free: () => rm(ballast, { force: true }),
    keep: () => {
      isKept = true
    },
    remove: async () => {
      await rm(ballast, { force: true })
      if (isKept) await cp(folder, `${folder}.kept`, { recursive: true }).catch(() => undefined)
      await unmount(folder)
    },
  }
}

/** Takes away those of runs that were killed. */
export async function removeStaleDisks(): Promise<void> {
  if (whyNoSmallDisk() !== null) return
  for (const mount of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const [name = '', folder = ''] = mount.split(' ')
    const pid = /^tallyline-faults:(\d+):/.exec(name)?.[1]
    if (pid !== undefined && name !== nameOf(Number(pid))) await unmount(folder)
  }
}

/** Also while somebody still has a file open there. */
async function unmount(folder: string): Promise<void> {
  await run('umount', ['--lazy', folder]).catch(() => undefined)
}
