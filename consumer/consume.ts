// The group loop: which records are taken, by which lane, and when fetching pauses. Three rules keep every event:
// a record is taken only where the last one of its lane ended; what a membership holds is dropped when it ends;
// an offset is committed only under the membership its records were fetched in.
import { type Batch, type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import { createBackPressure, type BackPressure } from './back-pressure.ts'
import type { RangeLimits } from './config.ts'
import type { SourceRecord } from './decode-record.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { createLane, type Lane } from './lane.ts'
import { assignerThatTells, createMembership, type Membership } from './membership.ts'
import type { Range } from './range.ts'
import type { ReadStarts } from './starts.ts'
import type { StoreRange } from './store-range.ts'

export interface ConsumeParts {
  kafka: Kafka
  groupId: string
  topic: string
  limits: RangeLimits
  store: StoreRange
  readStarts: ReadStarts
  onStored: (range: Range) => void
  logger: Logger
}

export interface Consumption {
  start: () => Promise<void>
  /** Stores and commits what is held, then leaves the group. */
  stop: () => Promise<void>
  /** Bytes held by all lanes. */
  heldBytes: () => number
  isMember: () => boolean
  /** Rejects when consuming has ended for good. */
  failed: Promise<never>
}

/** How long the partitions of a consumer that died stay without one. */
const sessionTimeoutMs = 15_000

/**
 * A join or a sync is answered only when the group is complete, which takes up to a session where a member died.
 * One that was given up before would come back as yet another member, and leave a dead one behind for ever.
 */
export const groupRequestTimeoutMs = 2 * sessionTimeoutMs

export function createConsumption(parts: ConsumeParts): Consumption {
  const { topic, logger } = parts
  const failure = createFailure()
  const endMembership = () => {
    state.membership?.end()
    state.membership = null
  }
  const newLane = (partition: number, next: number) =>
    createLane({
      ...{ topic, partition, next, limits: parts.limits, store: parts.store },
      commit: groupCommit.commit,
      onStored: (range) => {
        parts.onStored(range)
        backPressure.resumeWhatFits()
      },
      onFailure: failure.fail,
    })
  const state: GroupState = { membership: null, isStopping: false }
  const groupCommit = createGroupCommit(topic, endMembership, logger)
  const consumer = createGroupConsumer(parts.kafka, parts.groupId, endMembership)
  const backPressure = createBackPressure({
    lanes: () => state.membership?.lanes ?? new Map<number, Lane>(),
    maxHeldBytes: parts.limits.maxHeldBytes,
    pause: (partition) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: (partition) => state.isStopping || consumer.resume([{ topic, partitions: [partition] }]),
  })

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? []
    state.membership = createMembership(partitions, parts.readStarts, newLane, logger)
    logger.info({ partitions }, 'joined the group')
    backPressure.resumeWhatFits()
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    endMembership()
    if (!payload.restart) failure.fail(payload.error)
  })

  return {
    failed: failure.promise,
    heldBytes: backPressure.heldBytes,
    isMember: () => state.membership !== null,
    start: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      const eachBatch = createBatchHandler(state, consumer, groupCommit, backPressure)
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
    },
    stop: async () => {
      state.isStopping = true
      if (state.membership) consumer.pause([{ topic }])
      await Promise.all([...(state.membership?.lanes.values() ?? [])].map((lane) => lane.drain()))
      await consumer.disconnect()
    },
  }
}

interface GroupState {
  /** Null while this consumer is not a member of the group. */
  membership: Membership | null
  isStopping: boolean
}

/** Hands each fetch to its lane and returns at once, so that kafkajs fetches on while the lane stores. */
function createBatchHandler(
  state: GroupState,
  consumer: Consumer,
  groupCommit: GroupCommit,
  backPressure: BackPressure,
): (payload: EachBatchPayload) => Promise<void> {
  return async (payload) => {
    const { batch } = payload
    const { topic, partition } = batch
    const { membership } = state
    const lane = await membership?.laneOf(partition)
    if (membership !== state.membership || state.isStopping) return
    if (!membership || !lane) return payload.heartbeat()
    groupCommit.use((offsets) => payload.commitOffsetsIfNecessary(offsets))
    if (!membership.follows(batch, lane)) {
      consumer.seek({ topic, partition, offset: String(lane.next()) })
      return
    }
    lane.accept(recordsOf(batch), Number(batch.lastOffset()))
    payload.resolveOffset(batch.lastOffset())
    backPressure.pauseIfFull(partition, lane)
    await payload.heartbeat()
  }
}

/** `fromBeginning`, no auto-commit and no auto-resolve (see `start`) are what keep kafkajs from losing records. */
function createGroupConsumer(kafka: Kafka, groupId: string, onJoin: () => void): Consumer {
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

function createFailure(): { promise: Promise<never>; fail: (error: unknown) => void } {
  let fail: (error: unknown) => void = () => undefined
  const promise = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  promise.catch(() => undefined)
  return { promise, fail: (error) => fail(error) }
}

function recordsOf(batch: Batch): SourceRecord[] {
  return batch.messages.map(({ key, value, offset, timestamp }) => ({
    topic: batch.topic,
    partition: batch.partition,
    offset,
    timestamp: Number(timestamp),
    key,
    value,
  }))
}
