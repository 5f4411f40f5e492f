// Where the group goes on in every partition, and what Kafka no longer has of what it should have read.
import type { Admin } from 'kafkajs'
import { readGroupProgress, type PartitionProgress } from '../kafka/group-progress.ts'
import type { Logger } from '../runtime/logger.ts'
import type { ConsumerMetrics } from './metrics.ts'

/** The next offset of each partition, as the group has committed it. A loss is logged and counted. */
export async function readStarts(
  admin: Admin,
  { groupId, topic }: { groupId: string; topic: string },
  metrics: ConsumerMetrics,
  logger: Logger,
): Promise<Map<number, number>> {
  const progress = await readGroupProgress(admin, groupId, topic)
  for (const partition of progress) tellLoss(partition, topic, metrics, logger)
  return new Map(progress.map((partition) => [partition.partition, startOf(partition)]))
}

function startOf({ committed, low, high }: PartitionProgress): number {
  return committed === null || committed < low || committed > high ? low : committed
}

function tellLoss(
  progress: PartitionProgress,
  topic: string,
  metrics: ConsumerMetrics,
  logger: Logger,
): void {
  const { partition, committed, low, high } = progress
  if (committed === null) return
  if (committed < low) {
    metrics.expired(low - committed)
    logger.error({ topic, partition, committed, low }, 'kafka dropped records before they were stored')
  } else if (committed > high) {
    logger.error(
      { topic, partition, committed, high },
      'the log ends before the committed offset: reading it anew',
    )
  }
}
