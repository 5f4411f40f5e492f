// Where events stand in the log, as clients see it.
import type { Position } from '../kafka/publish/publishing.ts'

/** `partition:offset`, for several partitions separated by commas in rising order. */
export function formatPosition(position: Position): string {
  // A single event has one, and no need for arrays.
  if (position.size === 1) for (const [partition, offset] of position) return `${partition}:${offset}`
  return [...position]
    .sort(([left], [right]) => left - right)
    .map(([partition, offset]) => `${partition}:${offset}`)
    .join(',')
}
