// Medians, spreads and percentiles.

/** The middle of several rounds, with the lowest and the highest. */
export interface Spread {
  median: number
  min: number
  max: number
}

/** @throws RangeError where there are no values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) throw new RangeError('there are no values')
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? min
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)] ?? max
  return { median: (lower + upper) / 2, min, max }
}

/**
 * The ratio of each round: both ran in it, one after the other, so what disturbed one disturbed the other.
 * @throws RangeError where the numbers of rounds differ
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) throw new RangeError('the rounds do not pair up')
  return spreadOf(ours.map((value, round) => value / (theirs[round] ?? NaN)))
}

/** The value that `share` (0 to 1) of `sorted` do not exceed; 0 where there are none. */
export function percentile(sorted: Float64Array, share: number): number {
  const index = Math.ceil(sorted.length * share) - 1
  return sorted[Math.max(0, index)] ?? 0
}
