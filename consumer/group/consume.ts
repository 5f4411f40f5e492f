// The group loop: which records are taken, by which lane, and when fetching pauses. Two rules keep every event: what
// a membership holds is dropped when it ends, and a lane takes a fetch only where its last one ended.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, Kafka } from 'kafkajs'
import type { Logger } from '../../runtime/logger.ts'
import type { Lane } from '../lane/lane.ts'
import { createBackPressure } from './back-pressure.ts'
import { createGroupCommit } from './group-commit.ts'
import { createFetching, createGroupConsumer, mayGoOn, onNothingLeft, runByBatch } from './group-consumer.ts'
import { createBatchHandler, type GroupState, type Present } from './handle-batch.ts'
import { createMembership } from './membership.ts'
import { createMisplacedFetches } from './misplaced-fetches.ts'
import type { OpenLanes } from './open-lanes.ts'

export interface ConsumeParts {
  kafka: Kafka
  groupId: string
  topic: string
  maxHeldBytes: number
  openLanes: OpenLanes
  /** Whether so few lines come that each is stored almost at once. */
  isQuiet: () => boolean
  logger: Logger
}

export interface Consumption {
  start: () => Promise<void>
  /** Stores and commits what is held, then leaves the group. */
  stop: () => Promise<void>
  /** Called when something was stored: what is paused may go on. */
  resume: () => void
  /** Bytes held by all lanes. */
  heldBytes: () => number
  /** Whether it is in the group and knows where to go on. */
  isMember: () => boolean
  /** Rejects when consuming has ended for good. */
  failed: Promise<never>
}

/** Pause where a membership ended while it was being joined. */
const rejoinPauseMs = 500

export function createConsumption(parts: ConsumeParts): Consumption {
  const { topic, logger } = parts
  const failure = createFailure()
  const state: GroupState = { present: null, isStopping: false }
  const endMembership = () => {
    state.present?.membership.end()
    state.present = null
  }
  const lanes = () => state.present?.membership.lanes() ?? new Map<number, Lane>()
  const consumer = createGroupConsumer(parts.kafka, parts.groupId, endMembership)
  const fetching = createFetching(consumer, topic)
  const backPressure = createBackPressure({
    lanes,
    maxHeldBytes: parts.maxHeldBytes,
    pause: fetching.pause,
    resume: (partition) => state.isStopping || fetching.resume(partition),
  })
  const misplaced = createMisplacedFetches((partition) => {
    logger.warn({ partition }, 'fetch after fetch does not follow the last one')
    rejoin()
  })
  const steering = { state, fetching, backPressure, misplaced, onFault: failure.fail }
  const handler = createBatchHandler({ ...parts, ...steering })
  const run = () => runByBatch(consumer, handler.onBatch)
  const rejoin = createRejoin(consumer, state, endMembership, run, failure.fail, logger)

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    endMembership()
    const partitions = payload.memberAssignment[topic] ?? []
    const onRejoin = (isFenced: boolean) => (isFenced ? endMembership() : rejoin())
    state.present = beginMembership(parts, partitions, onRejoin, failure.fail)
    misplaced.clearAll()
    backPressure.resumeAll()
  })
  onNothingLeft(consumer, topic, handler.onNothingLeft)
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
    logger.warn({ err: error }, 'kafkajs stopped consuming')
    return mayGoOn(error) ? rejoin() : failure.fail(error)
  })

  return {
    failed: failure.promise,
    resume: backPressure.resumeWhatFits,
    heldBytes: backPressure.heldBytes,
    isMember: () => state.present?.membership.isOpen() ?? false,
    start: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await run()
    },
    stop: () => {
      state.isStopping = true
      fetching.pauseAll()
      // Without a way to commit nothing was begun under this membership, and nothing could be ended.
      if (!state.present?.membership.isOpen() || !state.present.commit.isUsable()) endMembership()
      return leave(consumer, [...lanes().values()])
    },
  }
}

function beginMembership(
  parts: ConsumeParts,
  partitions: readonly number[],
  onRejoin: (isFenced: boolean) => void,
  fail: (error: unknown) => void,
): Present {
  parts.logger.info({ partitions }, 'joined the group')
  const commit = createGroupCommit(parts.logger)
  const openLanes = (signal: AbortSignal) =>
    parts.openLanes(partitions, { commit: commit.commit, onRejoin, signal })
  return { membership: createMembership(openLanes, fail), commit }
}

/** Stores what the lanes hold, then leaves the group. */
async function leave(consumer: Consumer, lanes: readonly Lane[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.drain()))
  await consumer.disconnect()
}

/**
 * Leaves the group and joins it anew: a new member's generation fences whatever the old one sent. One at a time, for as
 * often as it takes: whatever ends the new membership while it is joined is answered by joining once more.
 */
function createRejoin(
  consumer: Consumer,
  state: GroupState,
  endMembership: () => void,
  run: () => Promise<void>,
  fail: (error: unknown) => void,
  logger: Logger,
): () => void {
  let isWanted = false
  let isUnderWay = false
  const goesOn = () => isWanted && !state.isStopping
  const leaveAndJoin = async () => {
    isUnderWay = true
    while (goesOn()) {
      logger.warn('leaving the group to join it anew')
      await consumer.stop()
      if (!goesOn()) break
      isWanted = false
      await run()
      if (goesOn()) await sleep(rejoinPauseMs)
    }
    isUnderWay = false
  }
  return () => {
    endMembership()
    isWanted = true
    if (!isUnderWay) leaveAndJoin().catch(fail)
  }
}

function createFailure(): { promise: Promise<never>; fail: (error: unknown) => void } {
  let fail: (error: unknown) => void = () => undefined
  const promise = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  promise.catch(() => undefined)
  return { promise, fail: (error) => fail(error) }
}
