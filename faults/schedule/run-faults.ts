// Does the planned faults at their times and notes each of them.
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultStack } from '../stack/fault-stack.ts'
import type { Places } from '../stack/places.ts'
import { inflict, NotNow } from './inflict.ts'
import type { PlannedFault } from './plan.ts'

/** A fault that was done. */
export interface DoneFault extends PlannedFault {
  /** Milliseconds of `performance.now()`. */
  beganAt: number
  endedAt: number
}

export interface FaultRun {
  done: DoneFault[]
  /** Faults that could not be done when their time came. */
  skipped: number
}

export interface RunFaultsParts {
  plan: readonly PlannedFault[]
  stack: FaultStack
  places: Places
  /** Whether each begins only when `onDone` of the one before has resolved, after the pause that was planned. */
  inTurn: boolean
  /** Told of each that is over. */
  onDone: (fault: DoneFault) => Promise<void>
}

/** Resolves when all are over; ends them all where `signal` is given. */
export async function runFaults(parts: RunFaultsParts, signal: AbortSignal): Promise<FaultRun> {
  const { plan, stack, places, inTurn, onDone } = parts
  const run: FaultRun = { done: [], skipped: 0 }
  // Every fault that waits for its time listens to it.
  setMaxListeners(0, signal)
  const zero = performance.now()
  const note = (event: string, { number, kind, target, durationMs, trouble }: PlannedFault, why?: string) => {
    const second = Math.round(performance.now() - zero) / 1000
    const fact = { time: new Date().toISOString(), second, event, number, kind, target, durationMs }
    places.note('faults.jsonl', { ...fact, ...(trouble ? { trouble } : {}), ...(why ? { why } : {}) })
  }
  const one = async (fault: PlannedFault, pauseMs: number) => {
    await sleep(Math.max(0, pauseMs), undefined, { signal })
    const beganAt = performance.now()
    note('begin', fault)
    try {
      await inflict(stack, fault, signal)
    } catch (error) {
      run.skipped += 1
      note('skipped', fault, error instanceof NotNow ? error.message : String(error))
      return
    }
    const done = { ...fault, beganAt, endedAt: performance.now() }
    note('end', fault)
    run.done.push(done)
    await onDone(done)
  }
  if (inTurn) {
    for (const [index, fault] of plan.entries()) {
      await one(fault, fault.atMs - (plan[index - 1]?.atMs ?? 0)).catch(ignoreEnd(signal))
    }
  } else await Promise.all(plan.map((fault) => one(fault, fault.atMs).catch(ignoreEnd(signal))))
  return run
}

/** Whoever ends the run ends what waits. */
function ignoreEnd(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error
  }
}
