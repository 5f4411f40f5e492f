// Waits until everything on the topic is stored: a last event on each partition is behind all the others.
import { setTimeout as sleep } from 'node:timers/promises'
import { partitions } from '../services.ts'
import { attempt, type AttemptParts } from './attempt.ts'
import type { RecordCase } from './case.ts'
import type { Store } from './oracle/stored-rows.ts'

const site = 'last'
const pauseMs = 100

/** Without one more row for this long the consumer has stopped, in milliseconds. */
const stoppedAfterMs = 120_000

/**
 * Sends the last events and waits for them.
 * @param number the case they are counted as
 * @throws Error when the consumer stops before
 */
export async function storeAll(parts: AttemptParts, number: number, store: Store): Promise<void> {
  await attempt(parts, number, lastEvents(), () => undefined)
  let stored = await store.progress(site)
  for (let changedAt = Date.now(); stored.partitions < partitions;) {
    if (!parts.services.consumer.isUp()) throw new Error('the consumer has ended')
    if (Date.now() - changedAt > stoppedAfterMs) {
      throw new Error(
        `the consumer stores nothing more: ${stored.partitions} of ${partitions} partitions are done`,
      )
    }
    await sleep(pauseMs)
    const now = await store.progress(site)
    if (now.ranges !== stored.ranges) changedAt = Date.now()
    stored = now
  }
}

function lastEvents(): RecordCase {
  const value = Buffer.from(JSON.stringify({ site_id: site, event_type: 'view' }))
  const messages = Array.from({ length: partitions }, (_, partition) => ({
    ...{ key: Buffer.from(site), value, headers: {}, partition },
    lines: [{ must: 'accept' as const }],
  }))
  return { kind: 'record', gzip: false, messages }
}
