// 128-bit ids in the order they came, in blocks of 8,192, each known by its place: block * 8,192 + position.

export interface IdBlocks {
  /** Appends an id. Returns its place. */
  append: (a: number, b: number, c: number, d: number) => number
  isAt: (place: number, a: number, b: number, c: number, d: number) => boolean
  /** A number from 0 to below 2^32. */
  hash: (a: number, b: number, c: number, d: number) => number
  hashAt: (place: number) => number
  /** Whole blocks and the one being filled. */
  blocks: () => number
  oldestPlaces: () => Iterable<number>
  /** Forgets the oldest block; its places are used again. */
  dropOldest: () => void
  bytes: () => number
}

export const idsPerBlock = 8192

const wordsPerBlock = 4 * idsPerBlock

/** @param seed of the hash */
export function createIdBlocks(seed: number): IdBlocks {
  const blocks: Uint32Array[] = []
  const freed: number[] = []
  const order: number[] = []
  let filled = idsPerBlock

  const hash = (a: number, b: number, c: number, d: number) => {
    let mixed = Math.imul(a ^ seed, 0x9e3779b1) ^ Math.imul(b ^ (seed >>> 7), 0x85ebca6b)
    mixed ^= Math.imul(c ^ (mixed >>> 15), 0xc2b2ae35) ^ Math.imul(d ^ (mixed >>> 13), 0x27d4eb2f)
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x2c1b3c6d)
    return (mixed ^ (mixed >>> 12)) >>> 0
  }
  const blockOf = (place: number) => blocks[Math.floor(place / idsPerBlock)] as Uint32Array
  const word = (place: number, at: number) => blockOf(place)[(place % idsPerBlock) * 4 + at] as number

  const beginBlock = () => {
    const block = freed.pop() ?? blocks.length
    blocks[block] = new Uint32Array(wordsPerBlock)
    order.push(block)
    filled = 0
  }

  return {
    hash,
    hashAt: (place) => hash(word(place, 0), word(place, 1), word(place, 2), word(place, 3)),
    isAt: (place, a, b, c, d) => {
      const words = blockOf(place)
      const at = (place % idsPerBlock) * 4
      return words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d
    },
    append: (a, b, c, d) => {
      if (filled === idsPerBlock) beginBlock()
      const block = order[order.length - 1] as number
      const words = blocks[block] as Uint32Array
      const at = filled * 4
      words[at] = a
      words[at + 1] = b
      words[at + 2] = c
      words[at + 3] = d
      filled += 1
      return block * idsPerBlock + filled - 1
    },
    blocks: () => order.length,
    oldestPlaces: function* () {
      const [block] = order
      if (block === undefined) return
      const count = order.length === 1 ? filled : idsPerBlock
      for (let position = 0; position < count; position += 1) yield block * idsPerBlock + position
    },
    dropOldest: () => {
      const block = order.shift()
      if (block === undefined) return
      if (order.length === 0) filled = idsPerBlock
      blocks[block] = new Uint32Array(0)
      freed.push(block)
    },
    bytes: () => order.length * wordsPerBlock * 4,
  }
}
