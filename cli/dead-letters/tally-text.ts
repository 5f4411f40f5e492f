// What a replay did, or would do, in words.
import { printable } from '../printable.ts'
import { placeName } from './list.ts'
import type { ReplayTally } from './replay.ts'

/** @param headline what was done to those that are good */
export function tallyText(headline: string, tally: ReplayTally): string {
  const lines = [`${headline}: ${count(tally.sent)}`]
  if (tally.forced > 0) lines.push(`  of these ${count(tally.forced)} that will be set aside again`)
  if (tally.before > 0) lines.push(`Sent before: ${count(tally.before)}`)
  if (tally.tooLarge > 0) lines.push(`Too large for Kafka: ${count(tally.tooLarge)}`)
  const failing = [...tally.failing].sort(([, left], [, right]) => right.count - left.count)
  if (failing.length > 0) lines.push('Left out, since they would be set aside again:')
  for (const [reason, { count: many, message, example }] of failing) {
    lines.push(`  ${count(many)} ${reason}, such as ${placeName(example)}: ${printable(message)}`)
  }
  return lines.join('\n')
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
