// Finds ids that lie in blocks: open addressing with linear probing. A slot is the place of an id and its hash, 8 bytes: with
// the hash beside it, an id is looked at only where it is most probably the one, and every such look waits for memory.
import type { IdBlocks } from './id-blocks.ts'

export interface IdIndex {
  /** The slot of the id, or the free one where it would go. */
  find: (hash: number, a: number, b: number, c: number, d: number) => number
  /** The slot of what stands at this place; a free one where it is not in the index. */
  findPlace: (hash: number, place: number) => number
  isTaken: (slot: number) => boolean
  put: (slot: number, place: number, hash: number) => void
  /** Frees a slot that is taken, and moves up those behind it that would no longer be found. */
  free: (slot: number) => void
  growTo: (slots: number) => void
  slots: () => number
}

export const bytesPerSlot = 8

export function createIdIndex(ids: IdBlocks, smallest: number): IdIndex {
  let slots = smallest
  /** Of each slot the place + 1, 0 where it is free, then the hash. */
  let index = new Int32Array(2 * slots)

  const homeOf = (hash: number) => Math.floor(((hash >>> 0) / 4_294_967_296) * slots)
  const slotAfter = (slot: number) => (slot + 1 === slots ? 0 : slot + 1)
  const isTaken = (slot: number) => index[2 * slot] !== 0
  const set = (slot: number, entry: number, hash: number) => {
    index[2 * slot] = entry
    index[2 * slot + 1] = hash
  }

  return {
    isTaken,
    slots: () => slots,
    put: (slot, place, hash) => set(slot, place + 1, hash),
    find: (hash, a, b, c, d) => {
      let slot = homeOf(hash)
      for (; isTaken(slot); slot = slotAfter(slot)) {
        if (index[2 * slot + 1] === hash && ids.isAt((index[2 * slot] as number) - 1, a, b, c, d)) break
      }
      return slot
    },
    findPlace: (hash, place) => {
      let slot = homeOf(hash)
      while (isTaken(slot) && index[2 * slot] !== place + 1) slot = slotAfter(slot)
      return slot
    },
    free: (slot) => {
      let hole = slot
      for (let next = slotAfter(slot); isTaken(next); next = slotAfter(next)) {
        const hash = index[2 * next + 1] as number
        if (isBetween(homeOf(hash), hole, next)) continue
        set(hole, index[2 * next] as number, hash)
        hole = next
      }
      set(hole, 0, 0)
    },
    growTo: (wanted) => {
      const old = index
      slots = Math.ceil(wanted)
      index = new Int32Array(2 * slots)
      for (let at = 0; at < old.length; at += 2) {
        if (old[at] === 0) continue
        const hash = old[at + 1] as number
        let slot = homeOf(hash)
        while (isTaken(slot)) slot = slotAfter(slot)
        set(slot, old[at] as number, hash)
      }
    },
  }
}

/** Whether a slot lies behind the hole and not behind `last`, going round the end of the index. */
function isBetween(slot: number, hole: number, last: number): boolean {
  return hole <= last ? hole < slot && slot <= last : hole < slot || slot <= last
}
