// What ingest tells of its spool.
import type { SpoolState } from '../../spool/spool.ts'

/** The state of a spool that is turned off. */
export const noSpool: SpoolState = {
  bytes: 0,
  events: 0,
  oldestAt: null,
  tornBytes: 0,
  damagedBytes: 0,
  refusal: 'it is turned off',
}

/** As `/readyz` shows it. */
export function spoolFacts(state: SpoolState): Record<string, unknown> {
  const { bytes, events, oldestAt, refusal } = state
  return { bytes, events, oldest_seconds: secondsSince(oldestAt), takes_events: refusal === null, refusal }
}

/** Seconds since an instant; 0 where there is none. */
export function secondsSince(instant: number | null): number {
  return instant === null ? 0 : Math.max(0, (Date.now() - instant) / 1000)
}
