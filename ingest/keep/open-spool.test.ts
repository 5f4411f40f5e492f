// Spools that cannot be read: said at the start, passed over where somebody else left them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshFolder } from '../../local/fixtures.ts'
import { createLogger } from '../../runtime/logger.ts'
import { SpoolFolderError } from '../../spool/folders.ts'
import { openLeftSpool, openOwnSpool } from './open-spool.ts'

async function freshPlace() {
  const logger = createLogger('test', 'silent')
  return { dir: await freshFolder(), maxBytes: 1e9, topic: 'events', partitions: 6, logger }
}

/** A file by that name cannot be read: it is a folder. */
function leaveUnreadable(dir: string, number: number): void {
  mkdirSync(join(dir, `events-${number}`, '000000000001.events'), { recursive: true })
}

describe('a spool that cannot be read', () => {
  it('is passed over where it was left behind, and those after it are not', async () => {
    const place = await freshPlace()
    for (const number of [1, 3]) leaveUnreadable(place.dir, number)
    mkdirSync(join(place.dir, 'events-2'))
    writeFileSync(join(place.dir, 'events-2', '000000000001.events'), 'torn')
    const left = await openLeftSpool(place)
    onTestFinished(() => left?.close())
    expect(left?.state()).toMatchObject({ events: 0, tornBytes: 4 })
    expect(await openLeftSpool(place)).toBeNull()
  })

  it('stops a start that would use it, with what to do', async () => {
    const place = await freshPlace()
    leaveUnreadable(place.dir, 1)
    const opening = openOwnSpool(place)
    await expect(opening).rejects.toThrow(SpoolFolderError)
    await expect(opening).rejects.toThrow(/SPOOL_DIR \(.*events-1\) cannot be used \(.*EISDIR/)
  })
})
