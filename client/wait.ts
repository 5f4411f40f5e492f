// How long to wait before the next try: what the server asked for, else ever longer and never in step.

/** No server may make a client wait longer than this, in milliseconds. */
const longestAskedMs = 300_000

const firstMs = 250
const longestMs = 10_000

/**
 * A Retry-After header, in seconds or as an HTTP date, as milliseconds from `now` (epoch milliseconds): at
 * most five minutes. Null where there is none or it cannot be read.
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longestAskedMs)
  const date = /[a-z]/i.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(date) ? null : Math.min(Math.max(date - now, 0), longestAskedMs)
}

/**
 * The pause after failure number `failures` (from 0), in milliseconds: it doubles up to 10 s, and half of it
 * is chance, so that many clients do not come back together.
 * @param chance from 0 up to 1
 */
export function backoffMs(failures: number, chance: number): number {
  const full = Math.min(firstMs * 2 ** failures, longestMs)
  return full / 2 + (full / 2) * chance
}
