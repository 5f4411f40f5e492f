// One process at a time.
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isTaken, takeLock, type Lock } from './lock.ts'

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallyline-lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'lock')
}

async function take(file: string): Promise<Lock> {
  const lock = await takeLock(file)
  if (!isTaken(lock)) throw new Error(`held by ${lock.heldBy}`)
  onTestFinished(lock.release)
  return lock
}

const inAnotherContainer = '7 12345\npid:[1] 6f6f'

describe('a lock', () => {
  it('tells who holds it', async () => {
    const file = freshFile()
    await take(file)
    expect(await takeLock(file)).toEqual({ heldBy: `process ${process.pid}` })
  })

  it('is held by a process of another container as long as that one shows that it lives', async () => {
    const file = freshFile()
    writeFileSync(file, inAnotherContainer)
    expect(await takeLock(file)).toEqual({ heldBy: 'a process in another container' })
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(file, longAgo, longAgo)
    expect((await take(file)).wasKilled).toBe(true)
  })

  it('is no longer of one that it was taken from, and not released by that one', async () => {
    const file = freshFile()
    const lock = await take(file)
    expect(await lock.isMine()).toBe(true)
    writeFileSync(file, inAnotherContainer)
    expect(await lock.isMine()).toBe(false)
    lock.release()
    expect(readFileSync(file, 'utf8')).toBe(inAnotherContainer)
  })
})
