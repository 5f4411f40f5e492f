// The window of event ids that makes a resent event one row. What it holds it knows exactly; of what it no longer
// holds it knows the latest timestamp, so that it can say of any event whether the table has to be asked instead.
import { createHash, randomBytes } from 'node:crypto'
import type { IdWords } from '../../event/event-id.ts'
import { idsPerBlock } from './id-blocks.ts'
import { IdTable } from './id-table.ts'

/** How far back ids are known: whichever of the two ends first. */
export interface WindowLimits {
  maxIds: number
  maxAgeMs: number
}

export type Verdict = 'row' | 'duplicate' | 'uncertain'

export interface RecentIds {
  /**
   * Whether the event is new to this window, which knows it from now on. `uncertain`: it came from a time that the
   * window does not cover, so only the table can tell. Times are epoch milliseconds.
   */
  judge: (site: string, id: IdWords, timestamp: number, receivedAt: number) => Verdict
  /** Makes room for events that are about to be added. */
  reserve: (events: number) => void
  /** Adds an event that is stored. */
  add: (site: string, id: IdWords, timestamp: number, receivedAt: number) => void
  /** Takes out an event that is not stored after all: it may come again. */
  remove: (site: string, id: IdWords) => void
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
  const table = new IdTable(secret.readInt32LE())
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

  const remember = (site: string, id: IdWords, timestamp: number, receivedAt: number): boolean => {
    if (!table.add(mixed(id, maskOf(site)))) return false
    if (table.blocks() > blocks.length) {
      blocks.push({ since: now(), held: { all: -Infinity, sites: new Map() } })
      dropOld()
    }
    const { held } = blocks[blocks.length - 1] as (typeof blocks)[number]
    if (timestamp <= held.all) return true
    if (timestamp <= Math.min(receivedAt, now()) + clockSkewMs) held.all = timestamp
    else raise(held, site, timestamp)
    return true
  }

  const isCovered = (site: string, timestamp: number) =>
    timestamp > horizon.all &&
    (horizon.sites.size === 0 || timestamp > (horizon.sites.get(site) ?? -Infinity))

  return {
    judge: (site, id, timestamp, receivedAt) => {
      if (!remember(site, id, timestamp, receivedAt)) return 'duplicate'
      return isCovered(site, timestamp) ? 'row' : 'uncertain'
    },
    reserve: (events) => table.reserve(events),
    add: remember,
    remove: (site, id) => table.remove(mixed(id, maskOf(site))),
    forget,
    size: () => table.size(),
  }
}

function raise(horizon: Horizon, site: string, timestamp: number): void {
  if (horizon.sites.size >= mostSites && !horizon.sites.has(site)) {
    horizon.all = Math.max(horizon.all, timestamp)
    return
  }
  horizon.sites.set(site, Math.max(horizon.sites.get(site) ?? -Infinity, timestamp))
}

/**
 * The same event_id of two sites is two events, so each id is mixed with 128 bits made of its site and a secret:
 * no two are mistaken for one, and nobody can choose ids that would be.
 */
function createSiteMasks(secret: Buffer): (site: string) => IdWords {
  const masks = new Map<string, IdWords>()
  const make = (site: string) => {
    const digest = createHash('sha256').update(secret).update(site).digest()
    const mask = Int32Array.from([0, 4, 8, 12], (at) => digest.readInt32BE(at))
    if (masks.size >= mostSites) masks.clear()
    masks.set(site, mask)
    return mask
  }
  // Events of a record are of one site.
  let lastSite: string | null = null
  let lastMask: IdWords = new Int32Array(4)
  return (site) => {
    if (site === lastSite) return lastMask
    lastMask = masks.get(site) ?? make(site)
    lastSite = site
    return lastMask
  }
}

/** Used again for each id. */
const words: IdWords = new Int32Array(4)

function mixed(id: IdWords, mask: IdWords): IdWords {
  for (let word = 0; word < words.length; word += 1)
    words[word] = (id[word] as number) ^ (mask[word] as number)
  return words
}
