// A set of whole numbers that takes a bit for each: a run may hold a hundred million.

export interface Bitmap {
  /** Tells whether the number is new. */
  add: (number: number) => boolean
  has: (number: number) => boolean
  /** How many numbers it holds. */
  size: () => number
}

/** Numbers from 0 up to 2^32. */
export function createBitmap(): Bitmap {
  let bits = new Uint8Array(1 << 16)
  let size = 0
  return {
    size: () => size,
    has: (number) => ((bits[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0,
    add: (number) => {
      const index = number >>> 3
      while (index >= bits.length) {
        const larger = new Uint8Array(bits.length * 2)
        larger.set(bits)
        bits = larger
      }
      const old = bits[index] ?? 0
      const next = old | (1 << (number & 7))
      if (next === old) return false
      bits[index] = next
      size += 1
      return true
    },
  }
}
