// A process that is kept alive.
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { becomes, isAlive, recordedLog } from './fixtures.ts'
import { spawnHeld } from './spawn-held.ts'
import { DiedAtStart, supervise, type SuperviseOptions } from './supervise.ts'

const quick = { first: 5, last: 20 }

async function start(script: string, overrides: Partial<SuperviseOptions> = {}) {
  const { log, messages } = recordedLog()
  const supervised = await supervise({
    name: 'sleeper',
    log,
    spawn: () => spawnHeld(['/bin/sh', '-c', script], { output: 'pipe' }),
    ready: async (child, signal) => {
      await once(child.stdout ?? child, 'data', { signal })
    },
    stopWithinMs: 5000,
    pauseMs: quick,
    ...overrides,
  })
  onTestFinished(() => supervised.kill())
  return { ...supervised, messages }
}

const sleeper = 'echo ready; exec sleep 60'

describe('a supervised process', () => {
  it('is started again when it is killed, and the death is logged', async () => {
    const { pid, messages } = await start(sleeper)
    const before = pid() ?? 0
    process.kill(before, 'SIGKILL')
    expect(await becomes(() => pid() !== undefined && pid() !== before)).toBe(true)
    expect(await becomes(() => messages().includes('the process is back'))).toBe(true)
    expect(messages()).toContain('a process ended, it is started again')
  })

  it('is started again however often it ends', async () => {
    const pids = new Set<number>()
    const { pid } = await start(sleeper)
    for (let death = 0; death < 4; death++) {
      expect(await becomes(() => !pids.has(pid() ?? -1) && pid() !== undefined)).toBe(true)
      pids.add(pid() ?? 0)
      process.kill(pid() ?? 0, 'SIGKILL')
    }
    expect(pids.size).toBe(4)
  })

  it('stays ended once it was stopped', async () => {
    const { pid, stop, messages } = await start(sleeper)
    const before = pid() ?? 0
    await stop()
    expect(isAlive(before)).toBe(false)
    expect(pid()).toBeUndefined()
    expect(messages()).not.toContain('a process ended, it is started again')
  })

  it('is asked to stop, and may finish what it does', async () => {
    const { stop, messages } = await start(
      'trap "sleep 0.1; exit 0" TERM; echo ready; while :; do sleep 0.05; done',
    )
    await stop()
    expect(messages()).not.toContain('a process did not stop in time, it is killed')
  })

  it('is killed with all it started when it does not stop in time', async () => {
    const { pid, stop, messages } = await start('trap "" TERM; echo ready; while :; do sleep 0.05; done', {
      stopWithinMs: 100,
    })
    const before = pid() ?? 0
    await stop()
    expect(isAlive(before)).toBe(false)
    expect(messages()).toContain('a process did not stop in time, it is killed')
  })

  it('can be stopped between a death and the restart', async () => {
    const { pid, stop } = await start(sleeper, { pauseMs: { first: 60_000, last: 60_000 } })
    process.kill(pid() ?? 0, 'SIGKILL')
    await becomes(() => pid() === undefined)
    await stop()
    expect(pid()).toBeUndefined()
  })
})

describe('a process that does not get ready', () => {
  it('is reported with its exit code when it ends', async () => {
    const failure = await start('exit 3').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DiedAtStart)
    expect((failure as Error).message).toBe('sleeper ended with exit code 3 before it was ready')
  })

  it('is killed when the start is given up', async () => {
    let child = 0
    const abort = new AbortController()
    const starting = start('exec sleep 60', {
      signal: abort.signal,
      spawn: () => {
        const started = spawnHeld(['sleep', '60'], { output: 'pipe' })
        child = started.pid ?? 0
        return started
      },
    })
    abort.abort()
    await expect(starting).rejects.toThrow()
    expect(isAlive(child)).toBe(false)
  })
})
