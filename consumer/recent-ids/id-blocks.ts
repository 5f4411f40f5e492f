// 128-bit ids in the order they came, in blocks of 8,192, each known by its place: block * 8,192 + position. An id is four
// words of 32 bits, signed: V8 keeps those in registers, and makes an object of every larger number.

export interface IdBlocks {
  /** Appends an id. Returns its place. */
  append: (a: number, b: number, c: number, d: number) => number
  isAt: (place: number, a: number, b: number, c: number, d: number) => boolean
  /** Whole blocks and the one being filled. */
  blocks: () => number
  /** The places of the oldest block. */
  oldestPlaces: () => Iterable<number>
  /** The four words of an id. */
  wordsAt: (place: number) => Int32Array
  /** Forgets the oldest block; its places and its memory are used again. */
  dropOldest: () => void
  bytes: () => number
}

const placeBits = 13

export const idsPerBlock = 2 ** placeBits

const wordsPerId = 4

export function createIdBlocks(): IdBlocks {
  const blocks: Int32Array[] = []
  const freed: number[] = []
  const order: number[] = []
  let filled = idsPerBlock

  const blockOf = (place: number) => blocks[place >>> placeBits] as Int32Array
  const wordOf = (place: number) => (place & (idsPerBlock - 1)) * wordsPerId

  const beginBlock = () => {
    const block = freed.pop() ?? blocks.length
    blocks[block] ??= new Int32Array(wordsPerId * idsPerBlock)
    order.push(block)
    filled = 0
  }

  return {
    isAt: (place, a, b, c, d) => {
      const words = blockOf(place)
      const at = wordOf(place)
      return words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d
    },
    append: (a, b, c, d) => {
      if (filled === idsPerBlock) beginBlock()
      const block = order[order.length - 1] as number
      const words = blocks[block] as Int32Array
      const at = filled * wordsPerId
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
    wordsAt: (place) => blockOf(place).subarray(wordOf(place), wordOf(place) + wordsPerId),
    dropOldest: () => {
      const block = order.shift()
      if (block === undefined) return
      if (order.length === 0) filled = idsPerBlock
      freed.push(block)
    },
    bytes: () => blocks.length * idsPerBlock * wordsPerId * 4,
  }
}
