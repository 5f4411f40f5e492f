// How far a consumer group has come in the topic: committed offsets against the two ends of the log.
import type { Admin } from 'kafkajs'

/** One partition's log and what the group has of it. Offsets are those of the next record. */
export interface PartitionProgress {
  partition: number
  /** The next offset the group will read; null where it has committed none. */
  committed: number | null
  /** The text that came with that commit; null where there is none. */
  metadata: string | null
  /** The first offset that is still in the log. */
  low: number
  /** The last stable offset: where the log ends for readers of committed records, below every open transaction. */
  high: number
}

/** Reads the progress of every partition of `topic`. */
export async function readGroupProgress(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<PartitionProgress[]> {
  const [ends, groups] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ])
  const committed = new Map(groups[0]?.partitions.map((found) => [found.partition, found]))
  return ends.map(({ partition, low, high }) => {
    const { offset = '-1', metadata = null } = committed.get(partition) ?? {}
    const place = { partition, low: Number(low), high: Number(high) }
    return { ...place, committed: Number(offset) < 0 ? null : Number(offset), metadata }
  })
}
