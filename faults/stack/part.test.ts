// A part of the stack: held down, brought back, given up.
import { describe, expect, it, onTestFinished } from 'vitest'
import { becomes, isAlive, recordedLog } from '../../local/fixtures.ts'
import { spawnHeld } from '../../local/spawn-held.ts'
import { supervise } from '../../local/supervise.ts'
import { createPart, type Part } from './part.ts'

/** A process that sleeps; ready at once, or never. */
function createSleeper(isEverReady = true): Part {
  const { log } = recordedLog()
  const part = createPart('sleeper', (signal) =>
    supervise({
      ...{ name: 'sleeper', log, signal, stopWithinMs: 2000, pauseMs: { first: 10, last: 10 } },
      spawn: () => spawnHeld(['sleep', '60'], { output: 'pipe' }),
      ready: () => (isEverReady ? Promise.resolve() : new Promise<never>(() => undefined)),
    }),
  )
  onTestFinished(() => part.down())
  return part
}

describe('a part', () => {
  it('is started once, however often it is asked for', async () => {
    const part = createSleeper()
    await Promise.all([part.up(), part.up()])
    const pid = part.pid()
    await part.up()
    expect([part.isUp(), part.pid()]).toEqual([true, pid])
  })

  it('comes back by itself after a kill, but not while it is held down', async () => {
    const part = createSleeper()
    await part.up()
    const first = part.pid() ?? 0
    process.kill(first, 'SIGKILL')
    expect(await becomes(() => ![first, undefined].includes(part.pid()))).toBe(true)
    const second = part.pid() ?? 0
    await part.down()
    expect([isAlive(second), part.pid(), part.isUp()]).toEqual([false, undefined, false])
    await part.up()
    expect(part.pid()).not.toBe(second)
  })

  it('can be held down while it starts', async () => {
    const part = createSleeper(false)
    const starting = part.up()
    starting.catch(() => undefined)
    await part.down()
    await expect(starting).rejects.toThrow()
    expect(part.pid()).toBeUndefined()
  })

  it('stops in order', async () => {
    const part = createSleeper()
    await part.up()
    const pid = part.pid() ?? 0
    expect([await part.stop(), isAlive(pid)]).toEqual([true, false])
  })
})
