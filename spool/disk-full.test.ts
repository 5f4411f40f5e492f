// A disk without room: nothing is kept half, and the spool works again once there is room.
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshFolder } from '../local/fixtures.ts'
import { entryOf, openAt, takeAll } from './fixtures.ts'
import { NotSpooled } from './spool.ts'

const canMount = process.platform === 'linux' && process.getuid?.() === 0

/** A file system of one megabyte. */
async function smallDisk(): Promise<string> {
  const folder = await freshFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

const bytesIn = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.events'))
    .reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)

describe('a spool on a full disk', () => {
  it.skipIf(!canMount)('refuses what has no room, whole, and takes again when there is some', async () => {
    const folder = await smallDisk()
    const spool = await openAt(folder)
    await spool.append(entryOf(0, 'kept'))
    const kept = bytesIn(folder)
    const filler = join(folder, 'filler')
    writeFileSync(filler, Buffer.alloc(600_000))
    const refused = spool.append(entryOf(1, 'x'.repeat(700_000)))
    await expect(refused).rejects.toThrow(NotSpooled)
    await expect(refused).rejects.toThrow(/no space left/)
    expect(bytesIn(folder)).toBe(kept)
    expect(spool.state()).toMatchObject({
      events: 1,
      refusal: expect.stringContaining('no space left') as string,
    })
    rmSync(filler)
    await spool.append(entryOf(1, 'y'.repeat(700_000)))
    expect(spool.state().refusal).toBeNull()
    expect(await takeAll(await openAt(folder))).toEqual(['kept', 'y'.repeat(700_000)])
  })
})
