// One instant as two clocks tell it, so that neither a clock that is set nor a machine that slept makes it later.

export interface Moment {
  /** Milliseconds since 1970, by a clock that people and time servers set. */
  wall: number
  /** Milliseconds since some start; only ever runs forward, but may stand still while the machine sleeps. */
  steady: number
}

/** The present moment. */
export function momentNow(): Moment {
  return { wall: Date.now(), steady: performance.now() }
}

/** `Date.now()` counts whole milliseconds: two readings may be off by almost one each. */
const unsureMs = 2

/**
 * When `then` was, in milliseconds since 1970 by the wall clock as it is set at `now`. Where the clocks differ about
 * it, the earlier: never later than `then` was, unless the wall clock was set back and the machine slept in between.
 */
export function instantOf(then: Moment, now: Moment): number {
  const bySteady = now.wall - (now.steady - then.steady)
  const byWall = then.wall - unsureMs
  return bySteady >= byWall ? byWall : Math.floor(bySteady)
}
