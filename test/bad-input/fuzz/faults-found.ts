// What was not as it must be, each with a line that sends its case again.
import type { Services } from '../services.ts'
import { casesOf } from './cases.ts'
import { describeCase } from './describe.ts'

/** What is wrong, and the number of the case it came from, where that is known. */
export type OnFault = (number: number | null, text: string) => void

/** More than this is not told. */
const mostTold = 50

export interface FaultsFound {
  add: OnFault
  all: () => string[]
}

export function createFaultsFound(seed: number, services: Services): FaultsFound {
  const told: string[] = []
  let untold = 0
  return {
    add: (number, text) => {
      if (told.length >= mostTold) untold += 1
      else told.push(number === null ? text : `case ${number}: ${text}\n  ${lineOf(seed, number, services)}`)
    },
    all: () => (untold > 0 ? [...told, `and ${untold} more`] : told),
  }
}

function lineOf(seed: number, number: number, services: Services): string {
  const again = `npm run fuzz -- --seed ${seed} --only ${number}`
  const [found] = casesOf(seed, number)
  return found ? `${again}\n  ${describeCase(found.case, services)}` : again
}
