// Sends what is in a spool on to Kafka, oldest first. A lane that Kafka refuses holds up none of the others. A segment is
// removed when Kafka has all of it, so after a crash those that were begun are sent again; their events are known by their ids.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Publisher } from '../../kafka/publish/publisher.ts'
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
  const refused = new Set<number>()
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.longest)) {
    await sendAll(refused, options).finally(() => options.handover?.end())
    if (refused.size === 0) return
    await sleep(pause, undefined, { signal: options.signal })
    if (await tryRefused(refused, options)) pause = pauseMs.first
  }
}

/** Sends everything but lanes that are refused, and adds those to them. */
async function sendAll(refused: Set<number>, options: DrainOptions): Promise<void> {
  const { spool, handover } = options
  const isWanted = (lane: number) => !refused.has(lane)
  let isKafkaTaking = false
  for (;;) {
    if (isKafkaTaking && spool.bytesOf(isWanted) <= handoverBytes) handover?.begin()
    const segment = await spool.takeOldest(isWanted)
    if (!segment) return
    for (const slice of slices(segment.entries())) {
      const wanted = slice.filter(({ siteId }) => isWanted(spool.laneOf(siteId)))
      for (const lane of await publishAll(wanted, segment, options)) refused.add(lane)
    }
    await removeIfEmpty(segment)
    isKafkaTaking = true
  }
}

/** Tries each lane that was refused by itself. Returns whether one of them is refused no longer. */
async function tryRefused(refused: Set<number>, options: DrainOptions): Promise<boolean> {
  const { spool } = options
  const before = refused.size
  for (const lane of [...refused]) {
    const segment = await spool.takeOldest((one) => one === lane)
    const entries = segment?.entries().filter(({ siteId }) => spool.laneOf(siteId) === lane) ?? []
    const [slice = []] = slices(entries)
    const isRefused = segment !== null && (await publishAll(slice, segment, options)).size > 0
    if (segment) await removeIfEmpty(segment)
    if (!isRefused) refused.delete(lane)
    if (isRefused && !(await isReached(options.publisher))) break
  }
  return refused.size < before
}

/** Sends entries, once. Returns the lanes of those that Kafka did not acknowledge. */
async function publishAll(
  slice: Entry[],
  segment: TakenSegment,
  options: DrainOptions,
): Promise<Set<number>> {
  const { spool, publisher, handover, signal } = options
  if (slice.length > 0) await isReached(publisher)
  const kept = await Promise.all(slice.map((entry) => publishOne(entry, segment, options)))
  signal.throwIfAborted()
  const refused = slice.filter((_entry, index) => !kept[index]).map(({ siteId }) => spool.laneOf(siteId))
  if (refused.length > 0) handover?.end()
  return new Set(refused)
}

/** Whether a broker answers. A publisher lets go of its connection where nothing was taken of what it sent, as of one sick lane. */
async function isReached(publisher: DrainOptions['publisher']): Promise<boolean> {
  if (!publisher.isConnected()) await publisher.connect().catch(() => undefined)
  return publisher.isConnected()
}

async function removeIfEmpty(segment: TakenSegment): Promise<void> {
  if (segment.entries().length === 0) await segment.remove()
}

/** Whether Kafka has acknowledged it. */
async function publishOne(entry: Entry, segment: TakenSegment, options: DrainOptions): Promise<boolean> {
  const { publisher, retentionMs, onDrained } = options
  const { siteId, events, text: lines } = entry
  const receivedAt = timeOf(entry, retentionMs)
  const { refused } = await publisher.publish([{ siteId, lines, events, receivedAt }])
  if (refused.length > 0) return false
  segment.acknowledge(entry)
  onDrained(events)
  return true
}

/**
 * When an entry was received, as its record tells it. Kafka counts its retention from there: what has been in the spool for
 * very long would be gone before anybody read it, so it is told to be younger. Nor does Kafka take a record of the future,
 * which one is that was received while this machine's clock was ahead.
 */
function timeOf({ receivedAt }: Entry, retentionMs: number): number {
  const now = Date.now()
  return Math.min(Math.max(receivedAt, now - retentionMs / 4), now)
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
