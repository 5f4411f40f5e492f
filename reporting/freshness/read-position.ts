// A position in the log as ingest answers it: `partition:offset`, for several partitions separated by commas.

/** The offset of each partition. */
export type Position = ReadonlyMap<number, number>

/** Offsets above this are none that Kafka gives in a hundred years. */
const oneOf = /^(\d{1,9}):(\d{1,15})$/

/** The position that `text` writes; null where it writes none. Of a repeated partition the highest offset counts. */
export function readPosition(text: string): Position | null {
  const position = new Map<number, number>()
  for (const part of text.split(',')) {
    const match = oneOf.exec(part)
    if (!match) return null
    const [partition, offset] = [Number(match[1]), Number(match[2])]
    position.set(partition, Math.max(offset, position.get(partition) ?? 0))
  }
  return position
}
