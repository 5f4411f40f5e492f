// A log that cannot fill the disk.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBoundedLog } from './bounded-log.ts'
import { freshFolder } from './fixtures.ts'

describe('a bounded log', () => {
  it('keeps at most two files of its size, and the newest lines', async () => {
    const folder = await freshFolder()
    const log = openBoundedLog(join(folder, 'broker.log'), 1000)
    for (let line = 0; line < 1000; line++) log.write(Buffer.from(`line ${line}\n`))
    expect(await readdir(folder)).toEqual(['broker.log', 'broker.log.1'])
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(1000)
    }
    expect(log.tail()).toMatch(/line 999\n$/)
  })

  it('does not fail where nothing can be written', async () => {
    const folder = await freshFolder()
    const log = openBoundedLog(folder, 1000)
    log.write(Buffer.from('a line\n'))
    expect(log.tail()).toBe('a line\n')
  })
})
