// Sends all cases of a run, some at once, and counts what became of them.
import { setMaxListeners } from 'node:events'
import { attempt, type AttemptParts } from './attempt.ts'
import type { Kind } from './case.ts'
import { casesOf } from './cases.ts'
import { describeCase } from './describe.ts'
import type { OnFault } from './faults-found.ts'
import { shrink } from './shrink.ts'

export interface FuzzOptions {
  seed: number
  /** How many cases. */
  cases: number
  /** The number of the first. */
  first: number
}

/** Cases of each kind, by what they were answered with. */
export type Outcomes = Map<Kind, Map<string, number>>

const atOnce = 24

/** Where there are so many faults, more tell nothing new. */
const mostFailed = 20

/** How many failing cases are made smaller. */
const mostShrunk = 3

/**
 * Sends them. Gives the numbers of those whose outcome was wrong, too.
 * @param isOver asked before each case: ends the run early
 */
export async function sendAll(
  tools: Omit<AttemptParts, 'ending'>,
  { seed, cases, first }: FuzzOptions,
  onFault: OnFault,
  isOver: () => boolean,
): Promise<{ outcomes: Outcomes; failed: number[] }> {
  const outcomes: Outcomes = new Map()
  const failed: number[] = []
  const silent: Promise<void>[] = []
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  const parts = { ...tools, ending: ending.signal }
  const all = casesOf(seed, first)
  const fail = (number: number) => (error: unknown) => {
    failed.push(number)
    onFault(number, tell(error))
  }
  const work = async () => {
    for (const { number, case: sent } of all) {
      if (number >= first + cases || failed.length >= mostFailed || isOver()) return
      const trying = attempt(parts, number, sent, (status) => count(outcomes, sent.kind, status)).catch(
        fail(number),
      )
      if (sent.kind === 'talk' && sent.ending === 'stay') silent.push(trying)
      else await trying
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  ending.abort()
  await Promise.all(silent)
  return { outcomes, failed }
}

/** Tells the smallest that still fails of the first few cases. */
export async function shrinkFailed(
  tools: Omit<AttemptParts, 'ending'>,
  seed: number,
  failed: readonly number[],
  onFault: OnFault,
): Promise<void> {
  const parts = { ...tools, ending: AbortSignal.abort() }
  for (const number of failed.slice(0, mostShrunk)) {
    const least = await shrink(seed, number, (sent) => attempt(parts, number, sent, () => undefined))
    if (!least) continue
    onFault(
      null,
      `case ${number} made smaller: ${tell(least.error)}\n  ${describeCase(least.case, tools.services)}`,
    )
  }
}

function count(outcomes: Outcomes, kind: Kind, status: string): void {
  const ofKind = outcomes.get(kind) ?? new Map<string, number>()
  outcomes.set(kind, ofKind.set(status, (ofKind.get(status) ?? 0) + 1))
}

function tell(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${cause.message}: ${message}` : message
}
