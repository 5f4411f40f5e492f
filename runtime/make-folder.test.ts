// Making folders.
import { stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freshFolder } from '../local/fixtures.ts'
import { makeFolder } from './make-folder.ts'

describe('making a folder', () => {
  it('makes those it lies in, and may be done twice', async () => {
    const folder = join(await freshFolder(), 'a', 'b', 'c')
    await makeFolder(folder)
    await makeFolder(folder)
    expect((await stat(folder)).isDirectory()).toBe(true)
  })

  it('follows a link to a folder', async () => {
    const folder = await freshFolder()
    await symlink(folder, join(folder, 'link'))
    await makeFolder(join(folder, 'link'))
  })

  it('is refused where a file has the name, or a link leads nowhere', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'file'), '')
    await symlink('/nowhere/at/all', join(folder, 'link'))
    await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeFolder(join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' })
    await expect(makeFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'EEXIST' })
  })

  it.runIf(process.platform === 'linux')('ends where no folder can be made', async () => {
    await expect(makeFolder('/proc/nothing')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
