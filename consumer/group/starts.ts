// Where a member goes on in each of its partitions, and what Kafka no longer has of what it should have read.
import type { Admin, Kafka } from 'kafkajs'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { queryStoredOffsets } from '../../clickhouse/stored-offsets.ts'
import { readGroupProgress, type PartitionProgress } from '../../kafka/group-progress.ts'
import { readTopicId } from '../../kafka/topic-id.ts'
import type { Logger } from '../../runtime/logger.ts'
import { readMetadata } from '../lane/intent.ts'
import type { LaneStart } from '../lane/protocol.ts'
import type { ConsumerMetrics } from '../metrics.ts'

export interface Starts {
  topicId: string
  partitions: Map<number, LaneStart>
}

/** Where each of these partitions goes on. */
export type ReadStarts = (partitions: readonly number[]) => Promise<Starts>

export interface StartsParts {
  kafka: Kafka
  admin: Admin
  clickhouse: ClickHouse
  groupId: string
  topic: string
  metrics: Pick<ConsumerMetrics, 'expired'>
  logger: Logger
}

/**
 * Reads where the group has come to, and goes on after whatever is stored beyond that: neither a group that Kafka has
 * forgotten nor offsets that were set back make a range be stored again. A loss is logged and counted.
 */
export function createReadStarts(parts: StartsParts): ReadStarts {
  const { kafka, admin, clickhouse, groupId, topic } = parts
  return async (partitions) => {
    const topicId = await readTopicId(kafka, topic)
    const progress = await readGroupProgress(admin, groupId, topic)
    const stored = await queryStoredOffsets(clickhouse, topic, topicId)
    const own = progress.filter(({ partition }) => partitions.includes(partition))
    return {
      topicId,
      partitions: new Map(
        own.map((found) => [found.partition, startOf(found, topicId, stored.get(found.partition), parts)]),
      ),
    }
  }
}

/** @param stored the offset after the last range that the books have of this partition */
export function startOf(
  found: PartitionProgress,
  topicId: string,
  stored: number | undefined,
  { metrics, logger, topic }: Pick<StartsParts, 'metrics' | 'logger' | 'topic'>,
): LaneStart {
  const { partition, low, high } = found
  const facts = { topic, partition, low, high, committed: found.committed, stored }
  const said = readMetadata(found.metadata)
  const isOfOldTopic = said.topicId !== null && said.topicId !== topicId
  if (isOfOldTopic) logger.warn(facts, 'the topic was made anew: reading it from its start')
  const committed = isOfOldTopic ? null : found.committed
  const wanted = Math.max(committed ?? 0, stored ?? 0)
  const pending =
    !isOfOldTopic && said.intent && said.intent.first === committed && said.intent.last >= wanted
      ? said.intent
      : null
  if (wanted < low && (committed !== null || stored !== undefined)) {
    metrics.expired(low - wanted)
    logger.error({ ...facts, wanted }, 'kafka dropped records before they were stored')
  }
  if (wanted > high) {
    logger.error({ ...facts, wanted }, 'the log ends before what is stored of it: kafka lost records')
    return { next: high, pending: null }
  }
  if (committed !== null && wanted > committed && !pending) {
    logger.warn({ ...facts, wanted }, 'more is stored than the group knows of: going on after it')
  }
  return { next: Math.max(wanted, low), pending }
}
