// Chance that comes out the same for the same seed.

/** Gives numbers from 0 up to 1. */
export type Random = () => number

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A seed that differs for each `number`, from 0 up to 2^32. */
export function seedOf(seed: number, number: number): number {
  const mixed = Math.imul((seed ^ Math.imul(number + 1, 0x9e3779b1)) | 0, 0x85ebca6b)
  return (mixed ^ (mixed >>> 13)) >>> 0
}

/** A whole number from `least` to `most`. */
export function wholeBetween(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

/** A whole number below `limit`; small ones come up far more often. */
export function skewedBelow(random: Random, limit: number): number {
  return Math.floor(limit ** random()) - 1
}

/** A pause with this mean, as between events that know nothing of each other. */
export function pauseWithMean(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean
}

/** One of them. */
export function pick<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0]
}
