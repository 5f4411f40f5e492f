// The last word of an import: what became of every line.
import type { Example, Tally } from './tally.ts'

/** The summary's lines of text. `seconds` is how long the import took. */
export function summarize(headline: string, tally: Tally, seconds: number): string {
  const underway = tally.sent - tally.accepted - tally.refused
  const speed = Math.round(tally.accepted / Math.max(seconds, 0.001))
  return [
    `${headline}: ${count(tally.lines)} lines in ${seconds.toFixed(1)} s, ${count(speed)} events/s`,
    row('sent', tally.sent),
    row('accepted', tally.accepted),
    row('refused', tally.refused, tally.refusedExamples),
    row('malformed', tally.malformed, tally.malformedExamples),
    ...(underway > 0 ? [row('unknown', underway), unknown] : []),
  ].join('\n')
}

const unknown = '    sent, and no answer yet: what of them is in is not known'

/** 12,345 for 12345. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

function row(name: string, value: number, examples: Example[] = []): string {
  const lines = examples.map(({ line, text }) => `    line ${line}: ${text}`)
  const more = value - examples.length
  if (examples.length > 0 && more > 0) lines.push(`    and ${count(more)} more`)
  return [`  ${name.padEnd(10)}${count(value)}`, ...lines].join('\n')
}
