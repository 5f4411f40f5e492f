// Where a member goes on in each of its partitions, and what Kafka no longer has of what it should have read.
import type { Admin } from 'kafkajs'
import type { ClickHouse } from '../clickhouse/client.ts'
import { queryStoredOffsets } from '../clickhouse/stored-offsets.ts'
import { readGroupProgress, type PartitionProgress } from '../kafka/group-progress.ts'
import type { Logger } from '../runtime/logger.ts'
import type { ConsumerMetrics } from './metrics.ts'

/** The next offset of each of these partitions. */
export type ReadStarts = (partitions: readonly number[]) => Promise<Map<number, number>>

export interface StartsParts {
  admin: Admin
  clickhouse: ClickHouse
  groupId: string
  topic: string
  metrics: ConsumerMetrics
  logger: Logger
}

/**
 * Reads where the group has come to. Where it has committed nothing, or Kafka has forgotten it, a partition goes on
 * after what is stored: the topic is never stored again from its start. A loss is logged and counted.
 */
export function createReadStarts({
  admin,
  clickhouse,
  groupId,
  topic,
  metrics,
  logger,
}: StartsParts): ReadStarts {
  return async (partitions) => {
    const progress = (await readGroupProgress(admin, groupId, topic)).filter(({ partition }) =>
      partitions.includes(partition),
    )
    const isForgotten = progress.some(({ committed }) => committed === null)
    const stored = isForgotten ? await queryStoredOffsets(clickhouse, topic) : new Map<number, number>()
    return new Map(
      progress.map((found) => {
        const wanted = found.committed ?? stored.get(found.partition) ?? found.low
        return [found.partition, startOf(found, wanted)]
      }),
    )
  }

  function startOf({ partition, low, high }: PartitionProgress, wanted: number): number {
    if (wanted < low) {
      metrics.expired(low - wanted)
      logger.error({ topic, partition, wanted, low }, 'kafka dropped records before they were stored')
      return low
    }
    if (wanted > high) {
      logger.error(
        { topic, partition, wanted, high },
        'the log ends before the offset to go on at: reading it anew',
      )
      return low
    }
    return wanted
  }
}
