import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

it.each(['audit', 'dead-letters'])(
  'a command whose output nobody reads ends without a word: %s',
  async (command) => {
    const args = ['--import', 'tsx', `cli/${command}/main.ts`, '--help']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const ended = once(child, 'exit') as Promise<[number]>
    expect([await text(child.stderr), (await ended)[0]]).toEqual(['', 141])
  },
)
