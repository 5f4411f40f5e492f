// What has become of the lines so far.

/** A line worth showing: its number in the file, from 1, and what to say of it. */
export interface Example {
  line: number
  text: string
}

export interface Tally {
  lines: number
  /** Events handed to the sender. */
  sent: number
  accepted: number
  refused: number
  malformed: number
  refusedExamples: Example[]
  malformedExamples: Example[]
}

/** So many lines of a kind are shown; the rest is counted. */
const shown = 20

/** Most characters shown of a malformed line. */
const shownLength = 100

/** A tally of nothing. */
export function newTally(): Tally {
  return {
    lines: 0,
    sent: 0,
    accepted: 0,
    refused: 0,
    malformed: 0,
    refusedExamples: [],
    malformedExamples: [],
  }
}

/** Counts a malformed line. What is kept of it cannot steer a terminal. */
export function countMalformed(tally: Tally, line: number, text: string): void {
  tally.malformed += 1
  if (tally.malformedExamples.length >= shown) return
  const start = JSON.stringify(text.slice(0, shownLength)).replace(/[\x7f-\xff]/g, '?')
  tally.malformedExamples.push({ line, text: text.length > shownLength ? `${start}…` : start })
}

/** Counts an event that ingest refused for `reason`. The examples stay in the order of the file. */
export function countRefused(tally: Tally, line: number, reason: string): void {
  tally.refused += 1
  const examples = tally.refusedExamples
  examples.push({ line, text: reason })
  examples.sort((one, other) => one.line - other.line)
  examples.splice(shown)
}
