// What is done with each batch that kafkajs brings: its parts go to their lane while the lanes may hold more.
import { setTimeout as sleep } from 'node:timers/promises'
import type { EachBatchPayload } from 'kafkajs'
import type { Seal } from '../../event/seal.ts'
import type { Lane } from '../lane/lane.ts'
import type { BackPressure } from './back-pressure.ts'
import { partsOf } from './batch-parts.ts'
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
  /** Opens the seals of records; null: all of them are checked. */
  seal: Seal | null
  fetching: Fetching
  backPressure: BackPressure
  misplaced: MisplacedFetches
  /** Whether so few lines come that each is stored almost at once. */
  isQuiet: () => boolean
}

/** Hands each fetch to its lane and returns at once, so that kafkajs fetches on while the lane stores. */
export function createBatchHandler(parts: BatchHandlerParts): (payload: EachBatchPayload) => Promise<void> {
  const { state, fetching, misplaced, isQuiet } = parts
  const pace = createPace()
  return async (payload) => {
    const { partition } = payload.batch
    const { present } = state
    present?.commit.use((offsets) => payload.commitOffsetsIfNecessary(offsets))
    if (present) await untilOpen(present.membership, payload)
    if (present !== state.present || state.isStopping) return
    const lane = present?.membership.lanes().get(partition)
    if (!lane) {
      misplaced.add(partition)
      await sleep(100)
      return payload.heartbeat()
    }
    const wanted = await takeParts(payload, lane, parts, () => present === state.present && !state.isStopping)
    if (wanted === null) {
      misplaced.clear(partition)
      if (isAtEnd(payload) && !isQuiet()) await pace()
    } else {
      misplaced.add(partition)
      fetching.seek(partition, wanted)
    }
  }
}

/**
 * Hands a batch to its lane, a part at a time, while the lanes may hold more: what is left is fetched again.
 * @returns the offset to fetch from where the batch does not follow; null where it does
 */
async function takeParts(
  payload: EachBatchPayload,
  lane: Lane,
  { seal, backPressure }: BatchHandlerParts,
  mayGoOn: () => boolean,
): Promise<number | null> {
  const { batch } = payload
  for (const { from, last, records } of partsOf(batch, seal)) {
    if (backPressure.isOver()) break
    const wanted = lane.accept(records, from, last)
    if (wanted !== null) return wanted
    payload.resolveOffset(String(last))
    await payload.heartbeat()
    if (!mayGoOn()) return null
  }
  backPressure.pauseIfFull(batch.partition, lane)
  return null
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

/** Keeps the membership alive while it is found out where it goes on. */
async function untilOpen(membership: Membership, payload: EachBatchPayload): Promise<void> {
  const { opened, isOpen, hasEnded } = membership
  while (!isOpen() && !hasEnded()) {
    const moment = new AbortController()
    await Promise.race([opened, sleep(1000, undefined, { signal: moment.signal }).catch(() => undefined)])
    moment.abort()
    await payload.heartbeat()
  }
}
