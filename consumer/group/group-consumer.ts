// The kafkajs consumer behind the group, with the settings that keep it from losing records, and what its batches say.
import { type Batch, type Consumer, type Kafka } from 'kafkajs'
import type { SourceRecord } from '../lane/decode-record.ts'
import { assignerThatTells } from './membership.ts'

/** How long the partitions of a consumer that died stay without one. */
const sessionTimeoutMs = 15_000

/**
 * A join or a sync is answered only when the group is complete, which takes up to a session where a member died.
 * One that was given up before would come back as yet another member, and leave a dead one behind for ever.
 */
export const groupRequestTimeoutMs = 2 * sessionTimeoutMs

/** @param onJoin called before every attempt to join the group */
export function createGroupConsumer(kafka: Kafka, groupId: string, onJoin: () => void): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    partitionAssigners: [assignerThatTells(onJoin)],
    maxBytesPerPartition: 1_048_576,
    maxBytes: 4_194_304,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 200, maxRetryTime: 2000, retries: 10 },
  })
}

/** kafkajs has it on every batch, but not in its types. */
type FetchedBatch = Batch & { fetchedOffset: string }

/** The offset a batch was asked for from, and the last one it covers: what lies between and is missing is a gap. */
export function offsetsOf(batch: Batch): { from: number; last: number } {
  return { from: Number((batch as FetchedBatch).fetchedOffset), last: Number(batch.lastOffset()) }
}

export function recordsOf(batch: Batch): SourceRecord[] {
  return batch.messages.map(({ key, value, offset, timestamp }) => ({
    offset,
    timestamp: Number(timestamp),
    key,
    value,
  }))
}
