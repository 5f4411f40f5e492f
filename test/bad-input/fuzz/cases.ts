// All cases of a run, made one slice at a time: the seed and its number make a case again.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { FuzzCase, MakeCase } from './case.ts'
import { postEvent, postEvents } from './generate/event-requests.ts'
import { getStats, otherRequest } from './generate/questions.ts'
import { produce } from './generate/records.ts'
import { anyTalk } from './generate/talks.ts'

export const anyCase: fc.Arbitrary<MakeCase> = fc.oneof(
  { weight: 48, arbitrary: postEvent },
  { weight: 12, arbitrary: postEvents },
  { weight: 12, arbitrary: getStats },
  { weight: 4, arbitrary: otherRequest },
  { weight: 10, arbitrary: anyTalk },
  { weight: 14, arbitrary: produce },
)

/** Cases made at a time. Part of what makes a case: another number makes other cases. */
const sliceLength = 250

export interface NumberedCase {
  number: number
  case: FuzzCase
}

/** The cases of a run from number `first` on, without an end. */
export function* casesOf(seed: number, first = 0): Generator<NumberedCase> {
  for (let number = first; ;) {
    const slice = Math.floor(number / sliceLength)
    const makes = fc.sample(anyCase, { seed: sliceSeed(seed, slice), numRuns: sliceLength })
    for (const make of makes.slice(number % sliceLength)) {
      yield { number, case: make(idsOf(seed, number)) }
      number += 1
    }
  }
}

/** Where fast-check finds a case again: the seed of its slice, and its place there. */
export function replayOf(seed: number, number: number): { seed: number; path: string } {
  return { seed: sliceSeed(seed, Math.floor(number / sliceLength)), path: String(number % sliceLength) }
}

/** Ids that no other case has, also no other attempt at this one. */
export function idsOf(seed: number, number: number, attempt = 0): () => string {
  let count = 0
  return () =>
    createHash('sha256')
      .update(`${seed} ${number} ${attempt} ${(count += 1)}`)
      .digest('hex')
      .slice(0, 32)
}

function sliceSeed(seed: number, slice: number): number {
  return createHash('sha256').update(`${seed} ${slice}`).digest().readInt32LE(0)
}
