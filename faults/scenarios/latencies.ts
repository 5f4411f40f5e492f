// How long requests took and how they were answered, in a part of a run.
import { percentile } from '../../bench/statistics.ts'
import type { Attempt } from '../clients/post-somewhere.ts'

export interface Latencies {
  requests: number
  /** Milliseconds. */
  p50: number
  p99: number
  highest: number
  /** How many had each status, or for each reason no answer. */
  outcomes: Record<string, number>
}

/** Of the attempts that began from `from` up to `to`, milliseconds of `performance.now()`. */
export function latenciesOf(attempts: readonly Attempt[], from: number, to: number): Latencies {
  const chosen = attempts.filter(({ at }) => at >= from && at < to)
  const sorted = Float64Array.from(chosen, ({ ms }) => ms).sort()
  const share = (part: number) => Math.round(percentile(sorted, part))
  const outcomes: Record<string, number> = {}
  for (const { outcome } of chosen) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  return { requests: chosen.length, p50: share(0.5), p99: share(0.99), highest: share(1), outcomes }
}
