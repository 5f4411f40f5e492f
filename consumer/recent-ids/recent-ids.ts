// The window of event ids that makes a resent event one row. What it holds it knows exactly. Of what it no longer holds it knows
// a part of the id for a while, and after that the latest timestamp, so that it can say of any event whether the table has to
// be asked instead.
import { createHash, randomBytes } from 'node:crypto'
import type { IdWords } from '../../event/event-id.ts'
import { FadedIds } from './faded-ids.ts'
import { emptyHorizon, isBeyond, raiseOfSite, raiseTo, type Horizon } from './horizon.ts'
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

/** A timestamp further ahead of its arrival than this counts for its own site alone, not for everybody. */
export const clockSkewMs = 300_000

/** Sites whose clocks are ahead that a block remembers by themselves: there are hundreds of blocks. */
const mostSitesOfBlock = 256

/** Sites whose masks are remembered. */
const mostMasks = 10_000

export function createRecentIds(limits: WindowLimits, now: () => number): RecentIds {
  const secret = randomBytes(16)
  const table = new IdTable(secret.readInt32LE())
  const maskOf = createSiteMasks(secret)
  const faded = new FadedIds(secret.readInt32LE(4), idsPerBlock * Math.ceil(limits.maxIds / idsPerBlock))
  const horizon = emptyHorizon()
  /** One for each block of the table, oldest first. */
  const blocks: { since: number; held: Horizon }[] = []

  const fade = (id: IdWords) => faded.add(id)
  const dropOld = () => {
    const most = Math.max(1, Math.ceil(limits.maxIds / idsPerBlock))
    for (;;) {
      const [oldest, next] = blocks
      if (!oldest || !next || (blocks.length <= most + 1 && next.since > now() - limits.maxAgeMs)) return
      const forgotten = faded.begin(idsPerBlock, oldest.held)
      if (forgotten) raiseTo(horizon, forgotten)
      table.dropOldestBlock(fade)
      blocks.shift()
    }
  }

  /** @param id mixed with its site */
  const remember = (site: string, id: IdWords, timestamp: number, receivedAt: number): boolean => {
    if (!table.add(id)) return false
    if (table.blocks() > blocks.length) {
      blocks.push({ since: now(), held: emptyHorizon() })
      dropOld()
    }
    const { held } = blocks[blocks.length - 1] as (typeof blocks)[number]
    if (timestamp <= held.all) return true
    if (timestamp <= Math.min(receivedAt, now()) + clockSkewMs) held.all = timestamp
    else raiseOfSite(held, site, timestamp, mostSitesOfBlock)
    return true
  }

  return {
    judge: (site, id, timestamp, receivedAt) => {
      const own = mixed(id, maskOf(site))
      if (!remember(site, own, timestamp, receivedAt)) return 'duplicate'
      const isNew = isBeyond(horizon, site, timestamp) && !faded.mayHave(site, own, timestamp)
      return isNew ? 'row' : 'uncertain'
    },
    reserve: (events) => table.reserve(events),
    add: (site, id, timestamp, receivedAt) => {
      remember(site, mixed(id, maskOf(site)), timestamp, receivedAt)
    },
    remove: (site, id) => table.remove(mixed(id, maskOf(site))),
    forget: (more) => raiseTo(horizon, more),
    size: () => table.size(),
  }
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
    if (masks.size >= mostMasks) masks.clear()
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
