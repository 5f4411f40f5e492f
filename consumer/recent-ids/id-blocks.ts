// 128-bit ids in the order they came, in blocks of 8,192, each known by its place: block * 8,192 + position.
import type { IdWords } from '../../event/event-id.ts'

const placeBits = 13

export const idsPerBlock = 2 ** placeBits

const wordsPerId = 4
const bytesPerId = 4 * wordsPerId

export class IdBlocks {
  private readonly blocks: Int32Array[] = []
  private readonly freed: number[] = []
  private readonly order: number[] = []
  private newest: Int32Array = new Int32Array(0)
  private newestBlock = -1
  /** Ids in the newest block. */
  private filled = idsPerBlock

  /** Appends an id. Returns its place. */
  append(id: IdWords): number {
    if (this.filled === idsPerBlock) this.beginBlock()
    const at = wordsPerId * this.filled
    const { newest } = this
    newest[at] = id[0] as number
    newest[at + 1] = id[1] as number
    newest[at + 2] = id[2] as number
    newest[at + 3] = id[3] as number
    this.filled += 1
    return this.newestBlock * idsPerBlock + this.filled - 1
  }

  isAt(place: number, id: IdWords): boolean {
    const words = this.blocks[place >>> placeBits] as Int32Array
    const at = wordsPerId * (place & (idsPerBlock - 1))
    return (
      words[at] === id[0] && words[at + 1] === id[1] && words[at + 2] === id[2] && words[at + 3] === id[3]
    )
  }

  /** Whole blocks and the one being filled. */
  count(): number {
    return this.order.length
  }

  /** The four words of each id of the oldest block, and its place. */
  *oldest(): Generator<{ place: number; id: IdWords }> {
    const [block] = this.order
    if (block === undefined) return
    const words = this.blocks[block] as Int32Array
    const count = this.order.length === 1 ? this.filled : idsPerBlock
    for (let position = 0; position < count; position += 1) {
      const id = words.subarray(wordsPerId * position, wordsPerId * (position + 1))
      yield { place: block * idsPerBlock + position, id }
    }
  }

  /** Forgets the oldest block; its places and its memory are used again. */
  dropOldest(): void {
    const block = this.order.shift()
    if (block === undefined) return
    if (this.order.length === 0) this.filled = idsPerBlock
    this.freed.push(block)
  }

  bytes(): number {
    return this.blocks.length * idsPerBlock * bytesPerId
  }

  private beginBlock(): void {
    const block = this.freed.pop() ?? this.blocks.length
    this.newest = this.blocks[block] ?? new Int32Array(wordsPerId * idsPerBlock)
    this.newestBlock = block
    this.blocks[block] = this.newest
    this.order.push(block)
    this.filled = 0
  }
}
