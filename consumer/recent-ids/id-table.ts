// A set of 128-bit ids in the order they came, oldest out first: compact, exact, outside the JavaScript heap.
//
// The ids lie in blocks (id-blocks.ts), 16 bytes each. An index of 4-byte places, open addressing with linear probing, is
// between 57 % and 75 % full once it has grown. Together at most 24 bytes an id.
import { createIdBlocks } from './id-blocks.ts'

export interface IdTable {
  /** Adds an id. False where it is there already. */
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
const fullest = 0.75
const growth = 1.3
const fullOnceReserved = 0.7

/** @param seed makes the places of ids unpredictable to whoever chooses the ids */
export function createIdTable(seed: number): IdTable {
  const ids = createIdBlocks(seed)
  let index = new Uint32Array(smallestIndex)
  let size = 0
  const slotAfter = (slot: number) => (slot + 1 === index.length ? 0 : slot + 1)
  const homeOf = (hash: number) => Math.floor((hash / 4_294_967_296) * index.length)
  /** The slot of the id, or the free one where it would go. */
  const find = (a: number, b: number, c: number, d: number) => {
    for (let slot = homeOf(ids.hash(a, b, c, d)); ; slot = slotAfter(slot)) {
      const entry = index[slot] as number
      if (entry === 0 || ids.isAt(entry - 1, a, b, c, d)) return slot
    }
  }

  /** The slot that holds this entry, looked for from the home of the id at `place`; a free one where none does. */
  const slotOf = (place: number, entry: number) => {
    let slot = homeOf(ids.hashAt(place))
    while (index[slot] !== entry && index[slot] !== 0) slot = slotAfter(slot)
    return slot
  }

  const growTo = (slots: number) => {
    const entries = index
    index = new Uint32Array(Math.ceil(slots))
    for (const entry of entries) if (entry !== 0) index[slotOf(entry - 1, 0)] = entry
  }

  /** Frees a slot, if it is taken, and moves up those behind it that would no longer be found. */
  const free = (slot: number) => {
    if (index[slot] === 0) return
    let hole = slot
    for (let next = slotAfter(slot); index[next] !== 0; next = slotAfter(next)) {
      if (isBetween(homeOf(ids.hashAt((index[next] as number) - 1)), hole, next)) continue
      index[hole] = index[next] as number
      hole = next
    }
    index[hole] = 0
    size -= 1
  }
  return {
    reserve: (ids) => growTo(Math.max(index.length, ids / fullOnceReserved)),
    size: () => size,
    blocks: ids.blocks,
    bytes: () => ids.bytes() + index.byteLength,
    has: (a, b, c, d) => index[find(a, b, c, d)] !== 0,
    add: (a, b, c, d) => {
      if (size + 1 > index.length * fullest) growTo(index.length * growth)
      const slot = find(a, b, c, d)
      if (index[slot] !== 0) return false
      index[slot] = ids.append(a, b, c, d) + 1
      size += 1
      return true
    },
    remove: (a, b, c, d) => free(find(a, b, c, d)),
    dropOldestBlock: () => {
      for (const place of ids.oldestPlaces()) free(slotOf(place, place + 1))
      ids.dropOldest()
    },
  }
}

/** Whether a slot lies behind the hole and not behind `last`, going round the end of the index. */
function isBetween(slot: number, hole: number, last: number): boolean {
  return hole <= last ? hole < slot && slot <= last : hole < slot || slot <= last
}
