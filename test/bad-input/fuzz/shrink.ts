// Makes a failing case smaller: fast-check looks for the least that still fails.
import fc from 'fast-check'
import type { FuzzCase } from './case.ts'
import { anyCase, idsOf, replayOf } from './cases.ts'

const withinMs = 20_000

/**
 * The smallest case found that still fails, and how; null where it does not fail again.
 * @param fails rejects where a case fails
 */
export async function shrink(
  seed: number,
  number: number,
  fails: (attempt: FuzzCase) => Promise<void>,
): Promise<{ case: FuzzCase; error: unknown } | null> {
  let tries = 0
  let smallest: { case: FuzzCase; error: unknown } | null = null
  const property = fc.asyncProperty(anyCase, async (make) => {
    const made = make(idsOf(seed, number, (tries += 1)))
    try {
      await fails(made)
    } catch (error) {
      smallest = { case: made, error }
      throw error
    }
  })
  await fc.check(property, { ...replayOf(seed, number), numRuns: 1, interruptAfterTimeLimit: withinMs })
  return smallest
}
