// The kafkajs consumer behind the group, with the settings that keep it from losing records.
import kafkajs, { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs'
import { assignerThatTells } from './membership.ts'

/** How long the partitions of a consumer that died stay without one. */
const sessionTimeoutMs = 15_000

/**
 * A join or a sync is answered only when the group is complete, which takes up to a session where a member died.
 * One that was given up before would come back as yet another member, and leave a dead one behind for ever.
 */
export const groupRequestTimeoutMs = 2 * sessionTimeoutMs

/** What one fetch brings, at most, but for a larger record. */
export const bytesOfFetch = 4_194_304

/** @param onJoin called before every attempt to join the group */
export function createGroupConsumer(kafka: Kafka, groupId: string, onJoin: () => void): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    partitionAssigners: [assignerThatTells(onJoin)],
    maxBytesPerPartition: 1_048_576,
    maxBytes: bytesOfFetch,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: {
      initialRetryTime: 200,
      maxRetryTime: 2000,
      retries: 10,
      // kafkajs would start again beside whoever leaves and joins anew, and be two members of one process ever after.
      restartOnFailure: () => Promise.resolve(false),
    },
  })
}

/** Whether consuming that has ended by this error can go on when it is begun again. */
export function mayGoOn(error: unknown): boolean {
  const { name, retriable, cause } = error as { name?: string; retriable?: boolean; cause?: unknown }
  if (name === 'KafkaJSNumberOfRetriesExceeded') return true
  return cause ? mayGoOn(cause) : retriable === true
}

/** Consumes so that nothing is committed, or taken for read, but by whoever is given the batches. */
export function runByBatch(
  consumer: Consumer,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  return consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
}

/**
 * Calls back for each fetch of which nothing is left, since all of it was aborted, or compacted away: kafkajs passes
 * over it without a batch. No record that counts stands between `first` and `last`, both included.
 */
export function onNothingLeft(
  consumer: Consumer,
  topic: string,
  passed: (partition: number, first: number, last: number) => void,
): void {
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    if (payload.topic !== topic || payload.batchSize > 0) return
    const { firstOffset, lastOffset } = payload as { firstOffset: string | null; lastOffset: string }
    passed(payload.partition, Number(firstOffset ?? lastOffset), Number(lastOffset))
  })
}

/** What is fetched of a topic, and from where. */
export interface Fetching {
  pause: (partition: number) => void
  pauseAll: () => void
  resume: (partition: number) => void
  seek: (partition: number, offset: number) => void
}

/** Does nothing between two memberships: kafkajs has forgotten what was paused, and begins where its next lanes are. */
export function createFetching(consumer: Consumer, topic: string): Fetching {
  const steer = (act: () => void) => {
    try {
      act()
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSNonRetriableError)) throw error
    }
  }
  return {
    pause: (partition) => steer(() => consumer.pause([{ topic, partitions: [partition] }])),
    pauseAll: () => steer(() => consumer.pause([{ topic }])),
    resume: (partition) => steer(() => consumer.resume([{ topic, partitions: [partition] }])),
    seek: (partition, offset) => steer(() => consumer.seek({ topic, partition, offset: String(offset) })),
  }
}
