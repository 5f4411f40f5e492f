// Finds ids that lie in blocks: open addressing with linear probing. A slot is the place of an id and its hash, 8 bytes: with
// the hash beside it, an id is looked at only where it is most probably the one, and every such look waits for memory.
import type { IdWords } from '../../event/event-id.ts'
import type { IdBlocks } from './id-blocks.ts'

const bytesPerSlot = 8
const hashes = 2 ** 32

export class IdIndex {
  slots: number
  /** Of each slot the place + 1, 0 where it is free, then the hash. */
  private index: Int32Array
  private readonly ids: IdBlocks

  constructor(ids: IdBlocks, slots: number) {
    this.ids = ids
    this.slots = slots
    this.index = new Int32Array(2 * slots)
  }

  /** The slot of the id, or the free one where it would go. */
  find(hash: number, id: IdWords): number {
    const { index } = this
    let slot = this.homeOf(hash)
    for (let entry = index[2 * slot] as number; entry !== 0; entry = index[2 * slot] as number) {
      if (index[2 * slot + 1] === hash && this.ids.isAt(entry - 1, id)) return slot
      slot = this.slotAfter(slot)
    }
    return slot
  }

  /** The slot of what stands at this place; a free one where it is not in the index. */
  findPlace(hash: number, place: number): number {
    let slot = this.homeOf(hash)
    while (this.isTaken(slot) && this.index[2 * slot] !== place + 1) slot = this.slotAfter(slot)
    return slot
  }

  isTaken(slot: number): boolean {
    return this.index[2 * slot] !== 0
  }

  put(slot: number, place: number, hash: number): void {
    this.set(slot, place + 1, hash)
  }

  /** Frees a slot that is taken, and moves up those behind it that would no longer be found. */
  free(slot: number): void {
    let hole = slot
    for (let next = this.slotAfter(slot); this.isTaken(next); next = this.slotAfter(next)) {
      const hash = this.index[2 * next + 1] as number
      if (isBetween(this.homeOf(hash), hole, next)) continue
      this.set(hole, this.index[2 * next] as number, hash)
      hole = next
    }
    this.set(hole, 0, 0)
  }

  growTo(wanted: number): void {
    const old = this.index
    this.slots = Math.ceil(wanted)
    this.index = new Int32Array(2 * this.slots)
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] === 0) continue
      const hash = old[at + 1] as number
      let slot = this.homeOf(hash)
      while (this.isTaken(slot)) slot = this.slotAfter(slot)
      this.set(slot, old[at] as number, hash)
    }
  }

  bytes(): number {
    return this.slots * bytesPerSlot
  }

  /** By the hash as a fraction: a remainder would do as well, and takes longer. */
  private homeOf(hash: number): number {
    return Math.floor(((hash >>> 0) / hashes) * this.slots)
  }

  private slotAfter(slot: number): number {
    return slot + 1 === this.slots ? 0 : slot + 1
  }

  private set(slot: number, entry: number, hash: number): void {
    this.index[2 * slot] = entry
    this.index[2 * slot + 1] = hash
  }
}

/** Whether a slot lies behind the hole and not behind `last`, going round the end of the index. */
function isBetween(slot: number, hole: number, last: number): boolean {
  return hole <= last ? hole < slot && slot <= last : hole < slot || slot <= last
}
