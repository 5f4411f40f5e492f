// ClickHouse's clock, as well as it is known here. Only how long one waits depends on it: whether an insert is late
// is decided by ClickHouse, and whether its deadline has passed is asked of ClickHouse.
export interface StoreClock {
  /** Seconds since 1970. */
  now: () => number
  /** Learns from an answer of ClickHouse. */
  observe: (seconds: number) => void
}

export function createStoreClock(): StoreClock {
  const ownSeconds = () => performance.now() / 1000
  let ahead = Date.now() / 1000 - ownSeconds()
  return {
    now: () => ownSeconds() + ahead,
    observe: (seconds) => {
      ahead = seconds - ownSeconds()
    },
  }
}
