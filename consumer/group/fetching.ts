// Brings the records of a membership's partitions to their lanes: from each of their leaders one fetch after another, the next
// of which is on its way while the last one is decoded.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { askBroker, byLeader } from '../../kafka/ask-broker.ts'
import { isolation, type Cluster } from '../../kafka/cluster.ts'
import { leaderError, offsetOutOfRange } from '../../kafka/error-codes.ts'
import { fetchExchange, type AskedPartition, type FetchedPartition } from '../../kafka/fetch/fetch-request.ts'
import { endOfRecordSet, FetchedRecords } from '../../kafka/fetch/fetched-records.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Lane } from '../lane/lane.ts'
import type { BackPressure } from './back-pressure.ts'

export interface FetchingParts {
  cluster: Cluster
  topic: string
  lanes: ReadonlyMap<number, Lane>
  backPressure: BackPressure
  /** Whether so few lines come that each is stored almost at once. */
  isQuiet: () => boolean
  logger: Logger
  /** Given when the membership is over, or nothing more is wanted. */
  signal: AbortSignal
  /** The log no longer is where it was: the group is to be joined anew. */
  onMoved: (why: string) => void
  /** Told of what will not pass. */
  onFault: (error: unknown) => void
}

/** What one fetch brings, at most, but for a larger record. */
const maxBytes = 4_194_304
const maxBytesOfPartition = 1_048_576

/** So many are decoded in one turn of the event loop. */
const bytesOfPart = 65_536

/** Where few lines come, the leader answers as soon as there is one; where many come, once there are many or some time has passed. */
const quiet = { maxWaitMs: 250, minBytes: 1 }
const busy = { maxWaitMs: 40, minBytes: 262_144 }

const pauseMs = { afterFailure: 250, forRoom: 100, forLeaders: 1000 }

/** Fetches until the signal is given. */
export function startFetching(parts: FetchingParts): void {
  const { cluster, topic, lanes, signal } = parts
  const partitions = [...lanes.keys()].map((partition) => ({ partition }))
  const knownPartitions = cluster.findTopicPartitionMetadata(topic).length
  const leaders = new Set<number>()
  const beginAll = () => {
    for (const leader of byLeader(cluster, topic, partitions).keys()) {
      if (leader === undefined || leaders.has(leader)) continue
      leaders.add(leader)
      void fetchFrom(leader, parts).finally(() => leaders.delete(leader))
    }
  }
  const watch = async () => {
    while (!signal.aborted) {
      beginAll()
      await pause(pauseMs.forLeaders, signal)
      await cluster.refreshMetadataIfNecessary().catch(() => undefined)
      if (cluster.findTopicPartitionMetadata(topic).length !== knownPartitions)
        parts.onMoved('the topic has other partitions')
    }
  }
  watch().catch(parts.onFault)
}

/** Fetches from one broker for as long as it leads some of the partitions. */
async function fetchFrom(leader: number, parts: FetchingParts): Promise<void> {
  const { cluster, topic, lanes, backPressure, isQuiet, logger, signal } = parts
  /** Where to fetch on behind what was fetched and is not taken yet. */
  let ahead: ReadonlyMap<number, number> = new Map()
  let taking: Promise<void> = Promise.resolve()
  let fetches = 0
  const isOver = () => signal.aborted
  while (!isOver()) {
    const led = byLeader(
      cluster,
      topic,
      [...lanes].map(([partition, lane]) => ({ partition, lane })),
    ).get(leader)
    if (!led) break
    fetches += 1
    const asked = inTurn(led, fetches)
      .filter(({ lane }) => !backPressure.mustWait(lane))
      .map(({ partition, lane }) => ({ partition, offset: ahead.get(partition) ?? lane.state().next }))
    if (asked.length === 0) {
      await backPressure.room(pauseMs.forRoom, signal)
      continue
    }
    try {
      const limits = { maxBytes, maxBytesOfPartition, isolationLevel: isolation.readCommitted }
      const request = { topic, partitions: asked, ...(isQuiet() ? quiet : busy), ...limits }
      const answered = withOffsets(await askBroker(cluster, leader, fetchExchange(request)), asked)
      await taking
      // Only now it is known how far the lanes are: what does not follow, since one went back, is fetched again.
      const fetched = answered.filter(([{ partition }, from]) => lanes.get(partition)?.state().next === from)
      ahead = new Map(
        fetched.map(([{ partition, recordSet }, from]) => [partition, endOfRecordSet(recordSet, from)]),
      )
      taking = takeAll(fetched, parts).catch(parts.onFault)
    } catch (error) {
      if (isOver()) break
      logger.debug({ err: error, leader }, 'kafka did not answer a fetch')
      await pause(pauseMs.afterFailure, signal)
      await cluster.refreshMetadata().catch(() => undefined)
    }
  }
  await taking
}

/**
 * The partitions, each time from another one on: a broker fills its answer in the order it is asked in, so that the last of
 * many that have much would get nothing.
 */
function inTurn<Item>(items: readonly Item[], turn: number): Item[] {
  const first = turn % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

function withOffsets(
  fetched: readonly FetchedPartition[],
  asked: readonly AskedPartition[],
): [FetchedPartition, number][] {
  const offsets = new Map(asked.map(({ partition, offset }) => [partition, offset]))
  return fetched.map((one) => [one, offsets.get(one.partition) ?? 0])
}

/** Hands what was fetched to the lanes, as fast as they take it. */
async function takeAll(fetched: readonly [FetchedPartition, number][], parts: FetchingParts): Promise<void> {
  for (const [one, from] of fetched) {
    const lane = parts.lanes.get(one.partition)
    if (one.code !== 0) await meet(one, parts)
    else if (lane) await takeOne(one, from, lane, parts)
    if (parts.signal.aborted) return
  }
}

/** Hands it over until the lane has all of it, or takes nothing more of it. */
async function takeOne(
  fetched: FetchedPartition,
  from: number,
  lane: Lane,
  { backPressure, signal }: FetchingParts,
): Promise<void> {
  const isOver = () => signal.aborted
  const records = new FetchedRecords(fetched, from)
  for (;;) {
    while (backPressure.mustWait(lane) && !isOver()) {
      // Others are not to wait for one that is in doubt about what it stored, or asks the table about many events.
      const { phase, preparing } = lane.state()
      if (phase !== 'running' || preparing) return
      await backPressure.room(pauseMs.forRoom, signal)
    }
    if (isOver() || lane.take(records, bytesOfPart) !== 'more') return
    await nextTurn()
  }
}

/** Does what an error that the leader tells of one partition asks for. */
async function meet({ partition, code }: FetchedPartition, parts: FetchingParts): Promise<void> {
  const { cluster, logger, signal } = parts
  const wrong = leaderError(code)
  if (!wrong) return
  if (code === offsetOutOfRange) {
    parts.onMoved(`partition ${partition} no longer has the offset to read on`)
    return
  }
  if (!wrong.mayPass) throw new Error(`Kafka does not give records of partition ${partition}: ${wrong.name}`)
  logger.warn({ partition, error: wrong.name }, 'kafka does not give records')
  await pause(pauseMs.afterFailure, signal)
  await cluster.refreshMetadata().catch(() => undefined)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
