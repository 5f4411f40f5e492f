// One launcher at a time on a folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { processStart } from '../runtime/process-start.ts'
import { freshFolder } from './fixtures.ts'
import { lockDataDir } from './lock.ts'

const lockFile = (folder: string) => join(folder, 'launcher.lock')

describe('the lock of a folder', () => {
  it('refuses a second launcher in one sentence', async () => {
    const folder = await freshFolder()
    await lockDataDir(folder)
    await expect(lockDataDir(folder)).rejects.toThrow(
      `Tallyline is running on ${folder} already (process ${process.pid}): stop it first, or set DATA_DIR to another folder.`,
    )
  })

  it('can be had again once it is let go', async () => {
    const folder = await freshFolder()
    const { release } = await lockDataDir(folder)
    release()
    const { wasKilled } = await lockDataDir(folder)
    expect(wasKilled).toBe(false)
  })

  it('is taken over from a launcher that was killed', async () => {
    const folder = await freshFolder()
    const killed = spawn('sleep', ['60'])
    const start = processStart(killed.pid ?? 0) ?? ''
    await writeFile(lockFile(folder), `${killed.pid} ${start}`)
    await expect(lockDataDir(folder)).rejects.toThrow(`process ${killed.pid}`)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const { wasKilled } = await lockDataDir(folder)
    expect(wasKilled).toBe(true)
    expect(await readdir(folder)).toEqual(['launcher.lock'])
  })

  it('is not held by another process that got the same number', async () => {
    const folder = await freshFolder()
    await writeFile(lockFile(folder), `${process.pid} 1`)
    const { wasKilled } = await lockDataDir(folder)
    expect(wasKilled).toBe(true)
  })

  it('is not held by a launcher that was killed before it had written its name', async () => {
    const folder = await freshFolder()
    await writeFile(lockFile(folder), '')
    const { wasKilled } = await lockDataDir(folder)
    expect(wasKilled).toBe(true)
  })

  it('goes to one of several that want it at once', async () => {
    const folder = await freshFolder()
    await writeFile(lockFile(folder), '999999999 1')
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => lockDataDir(folder)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
