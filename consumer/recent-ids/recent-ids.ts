// The window of event ids that makes a resent event one row. What it holds it knows exactly; of what it no longer
// holds it knows the latest timestamp, so that it can say of any event whether the table has to be asked instead.
import { createHash, randomBytes } from 'node:crypto'
import { uuidBytes, writeUuid } from '../../event/event-id.ts'
import { idsPerBlock } from './id-blocks.ts'
import { createIdTable } from './id-table.ts'

/** How far back ids are known: whichever of the two ends first. */
export interface WindowLimits {
  maxIds: number
  maxAgeMs: number
}

/** An event as far as the window cares. */
export interface SeenEvent {
  site: string
  /** The 16 bytes of its id stand at `at`. */
  ids: Uint8Array
  at: number
  times: EventTimes
}

/** Between which timestamps an event lies, epoch milliseconds; both are its own where that is known. */
export interface EventTimes {
  earliest: number
  latest: number
}

export type Verdict = 'row' | 'duplicate' | 'uncertain'

export interface RecentIds {
  /**
   * Whether the event is new to this window, which knows it from now on. `uncertain`: it came from a time that the
   * window does not cover, so only the table can tell.
   * @param receivedAt epoch milliseconds
   */
  judge: (event: SeenEvent, receivedAt: number) => Verdict
  /** Makes room for events that are about to be added. */
  reserve: (events: number) => void
  /** Adds an event that is stored. */
  add: (event: SeenEvent, receivedAt: number) => void
  /** Takes out an event that is not stored after all: it may come again. */
  remove: (event: Pick<SeenEvent, 'site' | 'ids' | 'at'>) => void
  /** Says that events up to this timestamp, and of some sites up to a later one, are stored and not in the window. */
  forget: (horizon: Horizon) => void
  size: () => number
}

/** Up to which timestamps events may be stored that the window does not hold, epoch milliseconds. */
export interface Horizon {
  all: number
  /** Sites whose clocks ran ahead when they sent such an event. */
  sites: Map<string, number>
}

/** A timestamp further ahead of its arrival than this counts for its own site alone, not for everybody. */
export const clockSkewMs = 300_000

/** Sites that are remembered by themselves; beyond that, all are asked about. */
const mostSites = 10_000

export function createRecentIds(limits: WindowLimits, now: () => number): RecentIds {
  const secret = randomBytes(16)
  const table = createIdTable(secret.readUInt32LE())
  const maskOf = createSiteMasks(secret)
  const horizon: Horizon = { all: -Infinity, sites: new Map() }
  /** One for each block of the table, oldest first. */
  const blocks: { since: number; held: Horizon }[] = []

  const forget = ({ all, sites }: Horizon) => {
    horizon.all = Math.max(horizon.all, all)
    for (const [site, timestamp] of sites) raise(horizon, site, timestamp)
  }

  const dropOld = () => {
    const most = Math.max(1, Math.ceil(limits.maxIds / idsPerBlock))
    for (;;) {
      const next = blocks[1]
      if (!next || (blocks.length <= most + 1 && next.since > now() - limits.maxAgeMs)) return
      table.dropOldestBlock()
      forget((blocks.shift() as (typeof blocks)[number]).held)
    }
  }

  const remember = (event: SeenEvent, receivedAt: number): boolean => {
    const { site, times } = event
    if (!withWords(table.add, event, maskOf(event.site))) return false
    if (table.blocks() > blocks.length) {
      blocks.push({ since: now(), held: { all: -Infinity, sites: new Map() } })
      dropOld()
    }
    const { held } = blocks[blocks.length - 1] as (typeof blocks)[number]
    const { latest } = times
    if (latest <= held.all) return true
    if (latest <= Math.min(receivedAt, now()) + clockSkewMs) held.all = latest
    else raise(held, site, latest)
    return true
  }

  return {
    judge: (event, receivedAt) => {
      if (!remember(event, receivedAt)) return 'duplicate'
      const { earliest } = event.times
      const isCovered = earliest > horizon.all && earliest > (horizon.sites.get(event.site) ?? -Infinity)
      return isCovered ? 'row' : 'uncertain'
    },
    reserve: table.reserve,
    add: remember,
    remove: (event) => withWords(table.remove, event, maskOf(event.site)),
    forget,
    size: table.size,
  }
}

/** An event that is known by the text of its id. */
export function seenEvent(site: string, eventId: string, timestamp: number): SeenEvent {
  const ids = Buffer.allocUnsafe(uuidBytes)
  writeUuid(eventId, ids, 0)
  return { site, ids, at: 0, times: { earliest: timestamp, latest: timestamp } }
}

function raise(horizon: Horizon, site: string, timestamp: number): void {
  if (horizon.sites.size >= mostSites && !horizon.sites.has(site)) {
    horizon.all = Math.max(horizon.all, timestamp)
    return
  }
  horizon.sites.set(site, Math.max(horizon.sites.get(site) ?? -Infinity, timestamp))
}

type Mask = readonly [number, number, number, number]

/**
 * The same event_id of two sites is two events, so each id is mixed with 128 bits made of its site and a secret:
 * no two are mistaken for one, and nobody can choose ids that would be.
 */
function createSiteMasks(secret: Buffer): (site: string) => Mask {
  const masks = new Map<string, Mask>()
  return (site) => {
    const known = masks.get(site)
    if (known) return known
    const digest = createHash('sha256').update(secret).update(site).digest()
    const mask: Mask = [wordAt(digest, 0), wordAt(digest, 4), wordAt(digest, 8), wordAt(digest, 12)]
    if (masks.size >= mostSites) masks.clear()
    masks.set(site, mask)
    return mask
  }
}

/** Asks the table with the four words of an id, mixed with its site. */
function withWords<T>(
  ask: (a: number, b: number, c: number, d: number) => T,
  { ids, at }: Pick<SeenEvent, 'ids' | 'at'>,
  [a, b, c, d]: Mask,
): T {
  return ask(wordAt(ids, at) ^ a, wordAt(ids, at + 4) ^ b, wordAt(ids, at + 8) ^ c, wordAt(ids, at + 12) ^ d)
}

/** Four bytes as a signed number. */
function wordAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
  const low = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
  return (high << 16) | low
}
