// A set of 128-bit ids in the order they came, oldest out first: compact, exact, outside the JavaScript heap.
//
// The ids lie in blocks (id-blocks.ts), 16 bytes each; an index (id-index.ts) of 8 bytes a slot is between 64 % and 80 %
// full once it has grown. Together at most 29 bytes an id.
import { createIdBlocks } from './id-blocks.ts'
import { bytesPerSlot, createIdIndex } from './id-index.ts'

export interface IdTable {
  /** Adds an id, four signed words of 32 bits. False where it is there already. */
  add: (a: number, b: number, c: number, d: number) => boolean
  has: (a: number, b: number, c: number, d: number) => boolean
  /** Forgets an id, if it is there; its place stays taken until its block is dropped. */
  remove: (a: number, b: number, c: number, d: number) => void
  /** Makes room for so many ids at once: growing towards them little by little takes several times as long. */
  reserve: (ids: number) => void
  size: () => number
  /** Whole blocks and the one being filled. */
  blocks: () => number
  /** Forgets the ids of the oldest block. */
  dropOldestBlock: () => void
  /** Bytes held. */
  bytes: () => number
}

const smallestIndex = 16_384
/** The index grows by `growth` once it is fuller than `fullest`. */
const fullest = 0.8
const growth = 1.25
const fullOnceReserved = 0.7

/** @param seed makes the places of ids unpredictable to whoever chooses the ids */
export function createIdTable(seed: number): IdTable {
  const ids = createIdBlocks()
  const index = createIdIndex(ids, smallestIndex)
  let size = 0

  // Mixed by odd constants of murmur3 and xxHash.
  const hashOf = (a: number, b: number, c: number, d: number) => {
    let mixed = Math.imul(a ^ seed, 0x9e3779b1) ^ Math.imul(b ^ (seed >>> 7), 0x85ebca6b)
    mixed ^= Math.imul(c ^ (mixed >>> 15), 0xc2b2ae35) ^ Math.imul(d ^ (mixed >>> 13), 0x27d4eb2f)
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x2c1b3c6d)
    return mixed ^ (mixed >>> 12)
  }
  const free = (slot: number) => {
    if (!index.isTaken(slot)) return
    index.free(slot)
    size -= 1
  }
  const freePlace = (place: number) => {
    const [a = 0, b = 0, c = 0, d = 0] = ids.wordsAt(place)
    free(index.findPlace(hashOf(a, b, c, d), place))
  }

  return {
    reserve: (wanted) => index.growTo(Math.max(index.slots(), wanted / fullOnceReserved)),
    size: () => size,
    blocks: ids.blocks,
    bytes: () => ids.bytes() + index.slots() * bytesPerSlot,
    has: (a, b, c, d) => index.isTaken(index.find(hashOf(a, b, c, d), a, b, c, d)),
    add: (a, b, c, d) => {
      if (size + 1 > index.slots() * fullest) index.growTo(index.slots() * growth)
      const hash = hashOf(a, b, c, d)
      const slot = index.find(hash, a, b, c, d)
      if (index.isTaken(slot)) return false
      index.put(slot, ids.append(a, b, c, d), hash)
      size += 1
      return true
    },
    remove: (a, b, c, d) => free(index.find(hashOf(a, b, c, d), a, b, c, d)),
    dropOldestBlock: () => {
      for (const place of ids.oldestPlaces()) freePlace(place)
      ids.dropOldest()
    },
  }
}
