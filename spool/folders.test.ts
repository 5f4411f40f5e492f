// Each process has a folder of its own, and what is left behind finds a new owner.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freshFolder } from '../local/fixtures.ts'
import { foldersOfOthers, SpoolFolderError, takeFolder, takeLeftFolder } from './folders.ts'

const leaveEvents = (folder: string) => writeFileSync(join(folder, '000000000001.events'), 'x')

describe('the folders of spools', () => {
  it('are owned by one each, and the first that is free is taken', async () => {
    const root = join(await freshFolder(), 'spool')
    const first = await takeFolder(root, 'events')
    const second = await takeFolder(root, 'events')
    expect([first.folder, second.folder]).toEqual([join(root, 'events-1'), join(root, 'events-2')])
    first.lock.release()
    expect((await takeFolder(root, 'events')).folder).toBe(first.folder)
  })

  it('are taken over where they hold events and nobody owns them', async () => {
    const root = await freshFolder()
    const [owned, left, empty] = [
      await takeFolder(root, 'events'),
      await takeFolder(root, 'events'),
      await takeFolder(root, 'events'),
    ]
    for (const { folder } of [owned, left]) leaveEvents(folder)
    for (const { lock } of [left, empty]) lock.release()
    expect((await takeLeftFolder(root, 'events'))?.folder).toBe(left.folder)
    expect(await takeLeftFolder(root, 'events')).toBeNull()
  })

  it('are taken over beside what is no folder', async () => {
    const root = await freshFolder()
    const left = await takeFolder(root, 'events')
    leaveEvents(left.folder)
    left.lock.release()
    writeFileSync(join(root, 'events-0'), '')
    expect((await takeLeftFolder(root, 'events'))?.folder).toBe(left.folder)
  })

  it('are not those of another topic', async () => {
    const root = await freshFolder()
    for (const topic of ['events-2', 'event']) {
      const { folder, lock } = await takeFolder(root, topic)
      leaveEvents(folder)
      lock.release()
    }
    expect(await takeLeftFolder(root, 'events')).toBeNull()
    expect((await foldersOfOthers(root, 'events')).sort()).toEqual(['event-1', 'events-2-1'])
    expect(await foldersOfOthers(root, 'event')).toEqual(['events-2-1'])
  })

  it('say what to do where they cannot be made', async () => {
    const file = join(await freshFolder(), 'file')
    writeFileSync(file, '')
    const taking = takeFolder(file, 'events')
    await expect(taking).rejects.toThrow(SpoolFolderError)
    await expect(taking).rejects.toThrow(/SPOOL_DIR \(.*file\) cannot be used \(.*\): .*SPOOL_MAX_BYTES=0/)
  })

  it.runIf(process.platform === 'linux')(
    'say so soon also where making one never ends by itself',
    async () => {
      await expect(takeFolder('/proc/nothing', 'events')).rejects.toThrow(
        /SPOOL_DIR \(.*nothing\) cannot be used/,
      )
    },
  )
})
