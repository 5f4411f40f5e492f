// Hashes of ids. A seed makes them unpredictable to whoever chooses the ids.
import type { IdWords } from '../../event/event-id.ts'

/** 32 bits. Mixed by odd constants of murmur3 and xxHash. */
export function hashOf(id: IdWords, seed: number): number {
  const first = Math.imul((id[0] as number) ^ seed, 0x9e3779b1)
  const second = first ^ Math.imul((id[1] as number) ^ (seed >>> 7), 0x85ebca6b)
  const third = second ^ Math.imul((id[2] as number) ^ (second >>> 15), 0xc2b2ae35)
  const fourth = third ^ Math.imul((id[3] as number) ^ (third >>> 13), 0x27d4eb2f)
  const mixed = Math.imul(fourth ^ (fourth >>> 16), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 12)
}
