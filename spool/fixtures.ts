// What the tests of this room need: entries, and spools in folders nobody else has.
import { onTestFinished } from 'vitest'
import type { Lock } from '../runtime/lock.ts'
import { createLogger } from '../runtime/logger.ts'
import type { Entry } from './entry.ts'
import { openSpool, type Spool, type SpoolOptions } from './spool.ts'

/** A lock that nobody disputes. */
export const freeLock: Lock = {
  release: () => undefined,
  wasKilled: false,
  isMine: () => Promise.resolve(true),
}

/** An entry of one event, whose lane is the number in its site. */
export function entryOf(lane: number, text: string): Entry {
  return { siteId: `site-${lane}`, receivedAt: 1_700_000_000_000, events: 1, text: Buffer.from(text) }
}

/** Opens what is in `folder`, as a process does after the one before it died. */
export async function openAt(folder: string, overrides: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({
    folder,
    lock: freeLock,
    maxBytes: 1e9,
    laneOf: (siteId) => Number(siteId.split('-')[1]),
    logger: createLogger('test', 'silent'),
    ...overrides,
  })
  onTestFinished(spool.close)
  return spool
}

/** Takes everything out of the spool, oldest first. */
export async function takeAll(spool: Spool): Promise<string[]> {
  const texts: string[] = []
  for (let taken = await spool.takeOldest(); taken; taken = await spool.takeOldest()) {
    for (const entry of taken.entries()) {
      texts.push(entry.text.toString())
      taken.acknowledge(entry)
    }
    await taken.remove()
  }
  return texts
}
