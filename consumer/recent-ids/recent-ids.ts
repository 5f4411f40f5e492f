// The window of event ids that makes a resent event one row. What it holds it knows exactly; of what it no longer
// holds it knows the latest timestamp, so that it can say of any event whether the table has to be asked instead.
import { createHash, randomBytes } from 'node:crypto'
import { idsPerBlock } from './id-blocks.ts'
import { createIdTable } from './id-table.ts'

/** How far back ids are known: whichever of the two ends first. */
export interface WindowLimits {
  maxIds: number
  maxAgeMs: number
}

/** An event as far as the window cares. `timestamp` and `receivedAt` are epoch milliseconds. */
export interface SeenEvent {
  site: string
  /** A UUID in lower case. */
  eventId: string
  timestamp: number
}

export interface RecentIds {
  /**
   * Whether the event is new to this window, which knows it from now on. `uncertain`: it came from a time that the
   * window does not cover, so only the table can tell.
   * @param receivedAt epoch milliseconds
   */
  judge: (event: SeenEvent, receivedAt: number) => 'row' | 'duplicate' | 'uncertain'
  /** Makes room for events that are about to be added. */
  reserve: (events: number) => void
  /** Adds an event that is stored. */
  add: (event: SeenEvent, receivedAt: number) => void
  /** Takes out an event that is not stored after all: it may come again. */
  remove: (event: Pick<SeenEvent, 'site' | 'eventId'>) => void
  /** Says that events up to this timestamp, and of some sites up to a later one, are stored and not in the window. */
  forget: (horizon: Horizon) => void
  size: () => number
  bytes: () => number
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

  const remember = ({ site, eventId, timestamp }: SeenEvent, receivedAt: number): boolean => {
    const [a, b, c, d] = wordsOf(eventId, maskOf(site))
    if (!table.add(a, b, c, d)) return false
    if (table.blocks() > blocks.length) {
      blocks.push({ since: now(), held: { all: -Infinity, sites: new Map() } })
      dropOld()
    }
    const { held } = blocks[blocks.length - 1] as (typeof blocks)[number]
    if (timestamp <= Math.min(receivedAt, now()) + clockSkewMs) held.all = Math.max(held.all, timestamp)
    else raise(held, site, timestamp)
    return true
  }

  return {
    judge: (event, receivedAt) => {
      if (!remember(event, receivedAt)) return 'duplicate'
      const { site, timestamp } = event
      const isCovered = timestamp > horizon.all && timestamp > (horizon.sites.get(site) ?? -Infinity)
      return isCovered ? 'row' : 'uncertain'
    },
    reserve: table.reserve,
    add: remember,
    remove: ({ site, eventId }) => table.remove(...wordsOf(eventId, maskOf(site))),
    forget,
    size: table.size,
    bytes: table.bytes,
  }
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
    const word = (at: number) => digest.readUInt32LE(at)
    const mask: Mask = [word(0), word(4), word(8), word(12)]
    if (masks.size >= mostSites) masks.clear()
    masks.set(site, mask)
    return mask
  }
}

/** The id as four words, mixed with its site. */
function wordsOf(eventId: string, mask: Mask): Mask {
  return [
    (hexWord(eventId, 0, 8) ^ mask[0]) >>> 0,
    (((hexWord(eventId, 9, 13) << 16) | hexWord(eventId, 14, 18)) ^ mask[1]) >>> 0,
    (((hexWord(eventId, 19, 23) << 16) | hexWord(eventId, 24, 28)) ^ mask[2]) >>> 0,
    (hexWord(eventId, 28, 36) ^ mask[3]) >>> 0,
  ]
}

/** The number that the hexadecimal digits from `start` to before `end` of a lower-case text stand for. */
function hexWord(text: string, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at)
    value = (value << 4) | (code - (code > 57 ? 87 : 48))
  }
  return value
}
