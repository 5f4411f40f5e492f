// Where Kafka has no committed offset, the books say what is stored: offsets of a group without members expire, and
// the consumers go on after what the books say.
import type { LogLook, PartitionLook } from '../../kafka/log-reader.ts'
import { unknownTopicId } from '../../kafka/topic-id.ts'

/** The offset after the last stored one of each partition of the topic with this id. */
export type ReadBooks = (topicId: string) => Promise<ReadonlyMap<number, number>>

/** How old the books may be: they only fall behind, and are read in full. */
const freshForMs = 5000

/** Looks, and fills in what is not committed. */
export function lookWithBooks(look: () => Promise<LogLook>, readBooks: ReadBooks): () => Promise<LogLook> {
  let read: { topicId: string; at: number; stored: ReadonlyMap<number, number> } | null = null

  const booksOf = async (topicId: string) => {
    const now = performance.now()
    if (read?.topicId !== topicId || now - read.at > freshForMs) {
      // Without ClickHouse there is no answer to be fresh or not.
      read = { topicId, at: now, stored: await readBooks(topicId).catch(() => new Map<number, number>()) }
    }
    return read.stored
  }
  return async () => {
    const found = await look()
    if (found.topicId === unknownTopicId || !found.partitions.some(isForgotten)) return found
    const stored = await booksOf(found.topicId)
    const fillIn = (partition: PartitionLook): PartitionLook => {
      const next = isForgotten(partition) ? stored.get(partition.partition) : undefined
      return next === undefined || next > partition.high ? partition : { ...partition, committed: next }
    }
    return { ...found, partitions: found.partitions.map(fillIn) }
  }
}

function isForgotten({ committed, high }: PartitionLook): boolean {
  return committed === null && high > 0
}
