// Sends what is in a spool on to Kafka, oldest first. A segment is removed when Kafka has all of it, so a crash sends one
// segment again at most; its events are known by their ids.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Publisher } from '../../kafka/publisher.ts'
import { NotPublished } from '../../kafka/publishing.ts'
import type { Entry } from '../../spool/entry.ts'
import type { Spool } from '../../spool/spool.ts'
import type { TakenSegment } from '../../spool/take-oldest.ts'
import type { Handover } from './handover.ts'

export interface DrainOptions {
  spool: Spool
  publisher: Pick<Publisher, 'publish' | 'isConnected' | 'connect'>
  /** Null for a spool that nothing is added to. */
  handover: Handover | null
  /** How long Kafka keeps a record, milliseconds. */
  retentionMs: number
  /** Told of events that Kafka has. */
  onDrained: (events: number) => void
  /** Gives up. */
  signal: AbortSignal
}

/** Few enough to be held in memory beside the segment, enough for one full request. */
const sliceBytes = 2_000_000

/** What is in the spool when it is about to be empty. */
const handoverBytes = 1_000_000

/** Before what was refused is sent again. */
const pauseMs = { first: 250, longest: 2000 }

/** Resolves when the spool is empty. Tries again for as long as Kafka refuses; rejects once the signal is given. */
export async function drainSpool(options: DrainOptions): Promise<void> {
  const { spool, handover } = options
  let isKafkaTaking = false
  try {
    for (;;) {
      if (isKafkaTaking && spool.state().bytes <= handoverBytes) handover?.begin()
      const segment = await spool.takeOldest()
      if (!segment) return
      for (const slice of slices(segment.entries())) await publishAll(slice, segment, options)
      await segment.remove()
      isKafkaTaking = true
    }
  } finally {
    handover?.end()
  }
}

async function publishAll(slice: Entry[], segment: TakenSegment, options: DrainOptions): Promise<void> {
  const { publisher, handover, signal } = options
  for (let left = slice, pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.longest)) {
    const results = await Promise.allSettled(left.map((entry) => publishOne(entry, segment, options)))
    signal.throwIfAborted()
    for (const result of results) {
      if (result.status === 'rejected' && !(result.reason instanceof NotPublished)) throw result.reason
    }
    left = left.filter((_, index) => results[index]?.status === 'rejected')
    if (left.length === 0) return
    handover?.end()
    await sleep(pause, undefined, { signal })
    if (!publisher.isConnected()) await publisher.connect().catch(() => undefined)
  }
}

async function publishOne(entry: Entry, segment: TakenSegment, options: DrainOptions): Promise<void> {
  const { publisher, retentionMs, onDrained } = options
  await publisher.publish(entry.siteId, entry.text.toString().split('\n'), timeOf(entry, retentionMs))
  segment.acknowledge(entry)
  onDrained(entry.events)
}

/**
 * When an entry was received, as its record tells it. Kafka counts its retention from there: what has been in the spool for
 * very long would be gone before anybody read it, so it is told to be younger.
 */
function timeOf({ receivedAt }: Entry, retentionMs: number): number {
  return Math.max(receivedAt, Date.now() - retentionMs / 4)
}

function slices(entries: Entry[]): Entry[][] {
  const all: Entry[][] = []
  let bytes = Infinity
  for (const entry of entries) {
    bytes += entry.text.length
    if (bytes > sliceBytes) {
      all.push([])
      bytes = entry.text.length
    }
    all.at(-1)?.push(entry)
  }
  return all
}
