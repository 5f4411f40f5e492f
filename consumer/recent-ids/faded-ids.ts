// Ids that fell out of the window, as 32 bits of each: enough to say of another id that it is none of them, for at most 6 bytes.
// One in about a billion is taken for one of them all the same; the table is asked then, as it is for those that are.
import type { IdWords } from '../../event/event-id.ts'
import { emptyHorizon, isBeyond, raiseTo, type Horizon } from './horizon.ts'
import { hashOf } from './id-hash.ts'

/** Generations are dropped whole, the oldest first. */
export const mostGenerations = 4
const fullest = 0.75

const slotsRange = 2 ** 32

interface Generation {
  /** A fingerprint a slot, 0 where it is free: open addressing with linear probing. */
  slots: Int32Array
  left: number
  /** Later events are none of its. */
  held: Horizon
}

export class FadedIds {
  private readonly seed: number
  private readonly idsOfGeneration: number
  /** The newest first. */
  private readonly generations: Generation[] = []

  constructor(seed: number, idsOfGeneration: number) {
    this.seed = seed
    this.idsOfGeneration = idsOfGeneration
  }

  /**
   * Makes room for so many ids, of events up to a horizon.
   * @returns the horizon of what is no longer known for that; null where nothing is
   */
  begin(ids: number, held: Horizon): Horizon | null {
    const [newest] = this.generations
    if (newest && newest.left >= ids) {
      raiseTo(newest.held, held)
      return null
    }
    const dropped = this.generations.length === mostGenerations ? this.generations.pop() : undefined
    const slots = dropped?.slots.fill(0) ?? new Int32Array(Math.ceil(this.idsOfGeneration / fullest))
    const own = emptyHorizon()
    raiseTo(own, held)
    this.generations.unshift({ slots, left: this.idsOfGeneration, held: own })
    return dropped?.held ?? null
  }

  /** Adds one of the ids that there is room for. */
  add(id: IdWords): void {
    const [newest] = this.generations
    if (!newest || newest.left === 0) throw new Error('there is no room for another id')
    const fingerprint = this.fingerprintOf(id)
    const slot = this.slotOf(newest.slots, id, fingerprint)
    if (newest.slots[slot] === fingerprint) return
    newest.slots[slot] = fingerprint
    newest.left -= 1
  }

  /** Whether an id may be one of these, of a site's event with this timestamp. */
  mayHave(site: string, id: IdWords, timestamp: number): boolean {
    for (const { held, slots } of this.generations) {
      if (isBeyond(held, site, timestamp)) continue
      const fingerprint = this.fingerprintOf(id)
      if (slots[this.slotOf(slots, id, fingerprint)] === fingerprint) return true
    }
    return false
  }

  /** Never 0. */
  private fingerprintOf(id: IdWords): number {
    return hashOf(id, ~this.seed) || 1
  }

  /** Where the fingerprint stands, or would stand. */
  private slotOf(slots: Int32Array, id: IdWords, fingerprint: number): number {
    let slot = Math.floor(((hashOf(id, this.seed) >>> 0) / slotsRange) * slots.length)
    while (slots[slot] !== 0 && slots[slot] !== fingerprint) slot = slot + 1 === slots.length ? 0 : slot + 1
    return slot
  }
}
