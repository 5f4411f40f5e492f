// What the rounds of a contender come to: medians with their ends, and ratios to another one of the same rounds.
import { ratioOf, spreadOf, type Spread } from '../statistics.ts'

interface OneRound {
  round: number
  contender: string
}

/** Null where a value is not known in every round, or nothing was measured. */
export function spreadBy<Round extends OneRound>(
  rounds: readonly Round[],
  contender: Round['contender'],
  valueOf: (round: Round) => number | null,
): Spread | null {
  const values = valuesBy(rounds, contender, valueOf)
  return values && spreadOf(values)
}

/** Round by round against `other`; null where one of them is not known. */
export function ratioBy<Round extends OneRound>(
  rounds: readonly Round[],
  contender: Round['contender'],
  other: Round['contender'],
  valueOf: (round: Round) => number | null,
): Spread | null {
  const ours = valuesBy(rounds, contender, valueOf)
  const theirs = valuesBy(rounds, other, valueOf)
  return ours && theirs && ratioOf(ours, theirs)
}

function valuesBy<Round extends OneRound>(
  rounds: readonly Round[],
  contender: string,
  valueOf: (round: Round) => number | null,
): number[] | null {
  const ofContender = rounds.filter((round) => round.contender === contender)
  const values = ofContender.map(valueOf).filter((value) => value !== null)
  return values.length > 0 && values.length === ofContender.length ? values : null
}
