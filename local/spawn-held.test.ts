// A child that cannot outlive its parent.
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { becomes, isAlive, modulePath, processesWith, runModule } from './fixtures.ts'
import { spawnHeld } from './spawn-held.ts'

/** A parent that starts `script` held. */
async function parentOf(script: string): Promise<{ parent: number; child: number }> {
  const { pid, reported } = await runModule(`
    const { spawnHeld } = await import(${modulePath('spawn-held.ts')})
    const child = spawnHeld(['/bin/sh', '-c', ${JSON.stringify(script)}], { output: 'pipe' })
    child.stdout.once('data', () => report({ child: child.pid }))`)
  const child = Number(reported['child'])
  onTestFinished(() => {
    if (isAlive(child)) process.kill(-child, 'SIGKILL')
  })
  return { parent: pid, child }
}

describe('a held child', () => {
  it('is asked to end when its parent is killed', async () => {
    const { parent, child } = await parentOf('echo ready; exec sleep 60')
    process.kill(parent, 'SIGKILL')
    expect(await becomes(() => !isAlive(child), 2000)).toBe(true)
  })

  it('is killed, with what it started, when it does not end then', async () => {
    const { parent, child } = await parentOf(
      'trap "" TERM; sleep 61.25 & echo ready; while :; do sleep 0.2; done',
    )
    process.kill(parent, 'SIGKILL')
    expect(await becomes(() => !isAlive(child), 8000)).toBe(true)
    expect(processesWith('sleep 61.25')).toEqual([])
  })

  it('has the command as its own command line, and nothing else does', async () => {
    const child = spawnHeld(['sleep', '62.5'], { output: 'pipe' })
    await becomes(() => processesWith('with-parent.sh --watch').length > 0)
    expect(await becomes(() => processesWith('sleep 62.5')[0]?.command === 'sleep 62.5')).toBe(true)
    expect(processesWith('sleep 62.5').map(({ pid }) => pid)).toEqual([child.pid])
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  it('takes its watcher with it when it ends', async () => {
    const child = spawnHeld(['sleep', '60'], { output: 'pipe' })
    const watcher = `with-parent.sh --watch ${child.pid}`
    expect(await becomes(() => processesWith(watcher).length === 1)).toBe(true)
    child.kill('SIGKILL')
    expect(await becomes(() => processesWith(watcher).length === 0)).toBe(true)
  })
})
