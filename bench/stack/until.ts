// Waits for what others bring about, by asking again and again.
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 20
const withinMs = 180_000

/** @throws Error with `otherwise` when it does not come true in time */
export async function until(isDone: () => Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(otherwise)
    await sleep(pollMs)
  }
}
