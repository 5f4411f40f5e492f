// A set of 128-bit ids in the order they came, oldest out first: compact, exact, outside the JavaScript heap.
//
// The ids lie in blocks of 8,192, 16 bytes each. An index of 4-byte places, open addressing with linear probing, is
// between 57 % and 75 % full once it has grown. Together at most 24 bytes an id.

/** An id as four unsigned 32-bit words. */
export type Words = readonly [number, number, number, number]

export interface IdTable {
  /** Adds an id. False where it is there already. */
  add: (a: number, b: number, c: number, d: number) => boolean
  has: (a: number, b: number, c: number, d: number) => boolean
  size: () => number
  /** Ids that were added since the last block was begun; a new block begins with the next id where it is 0. */
  inNewestBlock: () => number
  /** Whole blocks and the one being filled. */
  blocks: () => number
  /** Forgets the ids of the oldest block. */
  dropOldestBlock: () => void
  /** Bytes held. */
  bytes: () => number
}

export const idsPerBlock = 8192

const wordsPerBlock = 4 * idsPerBlock
const smallestIndex = 16_384
const fullest = 0.75
const growth = 1.3

/** @param seed makes the places of ids unpredictable to whoever chooses the ids */
export function createIdTable(seed: number): IdTable {
  // A place is block * idsPerBlock + position; an index entry is the place + 1, and 0 is free.
  const blocks: (Uint32Array | null)[] = []
  const freeBlocks: number[] = []
  const order: number[] = []
  let index = new Uint32Array(smallestIndex)
  let size = 0
  let filled = idsPerBlock

  const slotOf = (a: number, b: number, c: number, d: number) => {
    let hash = Math.imul(a ^ seed, 0x9e3779b1) ^ Math.imul(b ^ (seed >>> 7), 0x85ebca6b)
    hash ^= Math.imul(c ^ (hash >>> 15), 0xc2b2ae35) ^ Math.imul(d ^ (hash >>> 13), 0x27d4eb2f)
    hash = Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d)
    return Math.floor((((hash ^ (hash >>> 12)) >>> 0) / 4_294_967_296) * index.length)
  }

  const wordsAt = (place: number): Uint32Array => blocks[Math.floor(place / idsPerBlock)] as Uint32Array
  const atOf = (place: number) => (place % idsPerBlock) * 4

  /** The slot of the id, or the free one where it would go. */
  const find = (a: number, b: number, c: number, d: number) => {
    for (let slot = slotOf(a, b, c, d); ; slot = slot + 1 === index.length ? 0 : slot + 1) {
      const entry = index[slot] as number
      if (entry === 0) return slot
      const words = wordsAt(entry - 1)
      const at = atOf(entry - 1)
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot
    }
  }

  const homeOf = (place: number) => {
    const words = wordsAt(place)
    const at = atOf(place)
    return slotOf(
      words[at] as number,
      words[at + 1] as number,
      words[at + 2] as number,
      words[at + 3] as number,
    )
  }

  const grow = () => {
    const entries = index
    index = new Uint32Array(Math.ceil(index.length * growth))
    for (const entry of entries) if (entry !== 0) index[freeFrom(homeOf(entry - 1))] = entry
  }

  const freeFrom = (start: number) => {
    let slot = start
    while (index[slot] !== 0) slot = slot + 1 === index.length ? 0 : slot + 1
    return slot
  }

  /** Frees a slot and moves up those behind it that would no longer be found. */
  const free = (slot: number) => {
    let hole = slot
    for (let next = slot; ;) {
      next = next + 1 === index.length ? 0 : next + 1
      const entry = index[next] as number
      if (entry === 0) break
      const home = homeOf(entry - 1)
      const isBetween = hole <= next ? hole < home && home <= next : hole < home || home <= next
      if (isBetween) continue
      index[hole] = entry
      hole = next
    }
    index[hole] = 0
  }

  const beginBlock = () => {
    const block = freeBlocks.pop() ?? blocks.length
    blocks[block] = new Uint32Array(wordsPerBlock)
    order.push(block)
    filled = 0
  }

  return {
    size: () => size,
    blocks: () => order.length,
    inNewestBlock: () => filled % idsPerBlock,
    bytes: () => order.length * wordsPerBlock * 4 + index.byteLength,
    has: (a, b, c, d) => index[find(a, b, c, d)] !== 0,
    add: (a, b, c, d) => {
      let slot = find(a, b, c, d)
      if (index[slot] !== 0) return false
      if (size + 1 > index.length * fullest) {
        grow()
        slot = find(a, b, c, d)
      }
      if (filled === idsPerBlock) beginBlock()
      const block = order[order.length - 1] as number
      ;(blocks[block] as Uint32Array).set([a, b, c, d], filled * 4)
      index[slot] = block * idsPerBlock + filled + 1
      filled += 1
      size += 1
      return true
    },
    dropOldestBlock: () => {
      const block = order.shift()
      if (block === undefined) return
      const words = blocks[block] as Uint32Array
      const count = order.length === 0 ? filled : idsPerBlock
      for (let id = 0; id < count; id += 1) {
        const at = id * 4
        free(
          find(
            words[at] as number,
            words[at + 1] as number,
            words[at + 2] as number,
            words[at + 3] as number,
          ),
        )
      }
      size -= count
      if (order.length === 0) filled = idsPerBlock
      blocks[block] = null
      freeBlocks.push(block)
    },
  }
}
