// What is done with each batch that kafkajs brings: its parts go to their lane whenever the lanes may hold more.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Batch, EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { Lane } from '../lane/lane.ts'
import { bytesOfRecord } from '../lane/waiting-records.ts'
import type { BackPressure } from './back-pressure.ts'
import { partsOf } from './batch-parts.ts'
import { createDecodeQueue } from './decode-queue.ts'
import type { GroupCommit } from './group-commit.ts'
import type { Fetching } from './group-consumer.ts'
import type { Membership } from './membership.ts'
import type { MisplacedFetches } from './misplaced-fetches.ts'

/** The membership at hand, and how it commits. */
export interface Present {
  membership: Membership
  commit: GroupCommit
}

export interface GroupState {
  present: Present | null
  isStopping: boolean
}

export interface BatchHandlerParts {
  state: GroupState
  fetching: Fetching
  backPressure: BackPressure
  misplaced: MisplacedFetches
  /** Whether so few lines come that each is stored almost at once. */
  isQuiet: () => boolean
  /** Told of what is wrong with the program itself. */
  onFault: (error: unknown) => void
}

export interface BatchHandler {
  onBatch: (payload: EachBatchPayload) => Promise<void>
  /** Nothing that counts stands between these offsets of a partition, both included. */
  onNothingLeft: (partition: number, first: number, last: number) => void
}

const misplacedPauseMs = 100

/** Leaves each batch to be decoded and returns, so that kafkajs fetches on meanwhile. */
export function createBatchHandler(parts: BatchHandlerParts): BatchHandler {
  const { state, misplaced, isQuiet } = parts
  const queue = createDecodeQueue(parts.onFault)
  const pace = createPace()
  const onBatch = async (payload: EachBatchPayload) => {
    const { partition, messages } = payload.batch
    const { present } = state
    const goesOn = () => present === state.present && !state.isStopping
    present?.commit.use((offsets) => payload.commitOffsetsIfNecessary(offsets))
    if (present) await keepAlive(present.membership.opened, present.membership.hasEnded, payload)
    if (!goesOn()) return
    const lane = present?.membership.lanes().get(partition)
    if (!lane) {
      misplaced.add(partition)
      // kafkajs would bring the next one at once.
      await sleep(misplacedPauseMs)
      return payload.heartbeat()
    }
    // It was fetched before the partition was sought elsewhere.
    if (payload.isStale()) return payload.heartbeat()
    // kafkajs fetches on from what is resolved; nothing is committed by it.
    payload.resolveOffset(payload.batch.lastOffset())
    queue.add(bytesOfMessages(messages), () => takeBatch(payload.batch, lane, parts, goesOn))
    await keepAlive(queue.room(), () => !goesOn(), payload)
    if (isAtEnd(payload) && !isQuiet()) await pace()
  }
  return {
    onBatch,
    onNothingLeft: (partition, first, last) => {
      const { present } = state
      queue.add(0, () => {
        if (present === state.present && !state.isStopping)
          present?.membership.lanes().get(partition)?.pass(first, last)
      })
    },
  }
}

/** Hands a batch to its lane, a part at a time, while the lanes may hold more: what is left is fetched again. */
async function takeBatch(
  batch: Batch,
  lane: Lane,
  { fetching, backPressure, misplaced }: BatchHandlerParts,
  goesOn: () => boolean,
): Promise<void> {
  const { partition } = batch
  for (const { from, last, records } of partsOf(batch)) {
    if (!goesOn()) return
    if (backPressure.mustWait(lane)) {
      fetching.seek(partition, lane.state().next)
      break
    }
    const wanted = lane.accept(records, from, last)
    if (wanted !== null) {
      misplaced.add(partition)
      fetching.seek(partition, wanted)
      return
    }
    await nextTurn()
  }
  if (!goesOn()) return
  misplaced.clear(partition)
  backPressure.pauseIfFull(partition, lane)
}

/** What they take in memory, roughly. */
function bytesOfMessages(messages: readonly KafkaMessage[]): number {
  return messages.reduce((sum, message) => sum + bytesOfRecord(message), 0)
}

function isAtEnd({ batch }: EachBatchPayload): boolean {
  return Number(batch.offsetLag()) === 0
}

/** Between two fetches where the log brings little at a time: what it brings then waits in its lane anyway. */
const paceMs = 40

/**
 * At the end of the log every fetch would bring the few records that came during the last one, and to fetch takes longer
 * than to decode them. So one pauses now and then; batches of one fetch, which come one after another, do so once.
 */
function createPace(): () => Promise<void> {
  let lastAt = -Infinity
  return async () => {
    if (performance.now() - lastAt < paceMs) return
    await sleep(paceMs)
    lastAt = performance.now()
  }
}

/** Keeps the membership alive while something is waited for, or until that is no use any more. */
async function keepAlive(
  done: Promise<void>,
  isOver: () => boolean,
  payload: EachBatchPayload,
): Promise<void> {
  const isDone = done.then(() => true)
  while (!isOver()) {
    const moment = new AbortController()
    const { signal } = moment
    const tooLong = sleep(1000, false, { signal }).catch(() => false)
    const finished = await Promise.race([isDone, tooLong])
    moment.abort()
    await payload.heartbeat()
    if (finished) return
  }
}
