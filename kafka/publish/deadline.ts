// Refuses waiters that have waited too long. All of them may wait equally long, so one timer for the oldest is enough; one
// for each would be a good part of what an event costs.
import type { Waiter } from './publishing.ts'

/** Whoever was told is let go of after this long at the latest. */
const longestLookMs = 100

/**
 * Takes waiters, each of which is refused once it has waited for so long.
 * @param timeoutMs milliseconds
 */
export function createDeadline(timeoutMs: number): (waiter: Waiter) => void {
  /** In order of time; whoever is settled is passed over when it is looked at. */
  let waiting: { waiter: Waiter; due: number }[] = []
  let timer: NodeJS.Timeout | undefined

  const arm = () => {
    const [oldest] = waiting
    const dueIn = oldest && Math.max(1, oldest.due - performance.now())
    timer = dueIn === undefined ? undefined : setTimeout(refuseLate, Math.min(dueIn, longestLookMs))
  }
  const refuseLate = () => {
    const now = performance.now()
    for (const { waiter, due } of waiting)
      if (due <= now) waiter.refuseRest('Kafka did not acknowledge in time')
    waiting = waiting.filter(({ waiter }) => !waiter.isSettled)
    arm()
  }
  return (waiter) => {
    waiting.push({ waiter, due: performance.now() + timeoutMs })
    if (!timer) arm()
  }
}
