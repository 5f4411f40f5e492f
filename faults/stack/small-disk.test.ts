// A disk that is full and empty at will.
import { statfsSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshFolder } from '../../local/fixtures.ts'
import { mountSmallDisk, whyNoSmallDisk } from './small-disk.ts'

const whyNot = whyNoSmallDisk()
const title = whyNot === null ? 'a small disk' : `a small disk (${whyNot})`

describe.skipIf(whyNot !== null)(title, () => {
  const mount = async (left?: number) => {
    const disk = await mountSmallDisk(join(await freshFolder(), 'disk'), 4_000_000, left)
    onTestFinished(disk.remove)
    return disk
  }
  const write = (folder: string) => writeFileSync(join(folder, 'file'), Buffer.alloc(100_000))

  it('takes nothing while it is full, and all again after that', async () => {
    const { folder, fill, free } = await mount()
    await fill()
    expect(() => write(folder)).toThrow('ENOSPC')
    await free()
    write(folder)
  })

  it('leaves as much as it is told to', async () => {
    const { folder, fill } = await mount(1_000_000)
    await fill()
    const { bavail, bsize } = statfsSync(folder)
    expect(bavail * bsize).toBeGreaterThan(900_000)
    expect(bavail * bsize).toBeLessThan(1_100_000)
  })

  it('leaves a copy behind where it is to be kept', async () => {
    const { folder, keep, remove } = await mount()
    write(folder)
    keep()
    await remove()
    expect((await readFile(join(`${folder}.kept`, 'file'))).length).toBe(100_000)
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(folder)
  })
})
