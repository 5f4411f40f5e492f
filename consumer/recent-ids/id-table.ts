// A set of 128-bit ids in the order they came, oldest out first: compact, exact, outside the JavaScript heap.
//
// The ids lie in blocks (id-blocks.ts), 16 bytes each; an index (id-index.ts) of 8 bytes a slot is between 64 % and 80 %
// full once it has grown. Together at most 29 bytes an id. Classes, all three: every event asks, and closures take three
// times as long.
import type { IdWords } from '../../event/event-id.ts'
import { IdBlocks } from './id-blocks.ts'
import { hashOf } from './id-hash.ts'
import { IdIndex } from './id-index.ts'

const smallestIndex = 16_384
/** The index grows by `growth` once it is fuller than `fullest`. */
const fullest = 0.8
const growth = 1.25
const fullOnceReserved = 0.7

export class IdTable {
  private readonly seed: number
  private readonly ids = new IdBlocks()
  private readonly index = new IdIndex(this.ids, smallestIndex)
  private count = 0

  /** @param seed makes the places of ids unpredictable to whoever chooses the ids */
  constructor(seed: number) {
    this.seed = seed
  }

  /** Adds an id. False where it is there already. */
  add(id: IdWords): boolean {
    const { index } = this
    if (this.count + 1 > index.slots * fullest) index.growTo(index.slots * growth)
    const hash = hashOf(id, this.seed)
    const slot = index.find(hash, id)
    if (index.isTaken(slot)) return false
    index.put(slot, this.ids.append(id), hash)
    this.count += 1
    return true
  }

  has(id: IdWords): boolean {
    return this.index.isTaken(this.index.find(hashOf(id, this.seed), id))
  }

  /** Forgets an id, if it is there; its place stays taken until its block is dropped. */
  remove(id: IdWords): void {
    this.free(this.index.find(hashOf(id, this.seed), id))
  }

  /** Makes room for so many ids at once: growing towards them little by little takes several times as long. */
  reserve(ids: number): void {
    this.index.growTo(Math.max(this.index.slots, ids / fullOnceReserved))
  }

  size(): number {
    return this.count
  }

  /** Whole blocks and the one being filled. */
  blocks(): number {
    return this.ids.count()
  }

  /**
   * Forgets the ids of the oldest block.
   * @param onDrop told of each, also of those that were taken out before
   */
  dropOldestBlock(onDrop: (id: IdWords) => void): void {
    for (const { place, id } of this.ids.oldest()) {
      this.free(this.index.findPlace(hashOf(id, this.seed), place))
      onDrop(id)
    }
    this.ids.dropOldest()
  }

  /** Bytes held. */
  bytes(): number {
    return this.ids.bytes() + this.index.bytes()
  }

  private free(slot: number): void {
    if (!this.index.isTaken(slot)) return
    this.index.free(slot)
    this.count -= 1
  }
}
