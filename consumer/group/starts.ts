// Where a member goes on in each of its partitions, and what Kafka no longer has of what it should have read.
import type { Admin, Kafka } from 'kafkajs'
import { readGroupProgress, type PartitionProgress } from '../../kafka/group-progress.ts'
import { readTopicId } from '../../kafka/topic-id.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { LaneStart, Lease } from '../lane/lane-state.ts'
import { readMetadata } from '../lane/lease.ts'
import type { Found, Recover } from '../lane/recover.ts'
import type { StoredLines } from '../lane/stored-lines.ts'
import type { ConsumerMetrics } from '../metrics.ts'

/** Where a partition goes on, and the lines of it that are stored and not in the books. */
export interface PartitionStart {
  start: LaneStart
  stored: StoredLines
}

export interface Starts {
  topicId: string
  partitions: Map<number, PartitionStart>
}

/** Where each of these partitions goes on. */
export type ReadStarts = (partitions: readonly number[], signal: AbortSignal) => Promise<Starts>

export interface StartsParts {
  kafka: Kafka
  admin: Admin
  groupId: string
  topic: string
  recover: Recover
  metrics: Pick<ConsumerMetrics, 'expired'>
  logger: Logger
}

/**
 * Reads where the group has come to, waits until nothing of whoever had the partitions before can land any more, and goes on
 * after whatever is stored: neither a group that Kafka has forgotten nor offsets that were set back make a line be stored
 * again. A loss is logged and counted.
 */
export function createReadStarts(parts: StartsParts): ReadStarts {
  const { kafka, admin, groupId, topic, recover } = parts
  const told = new Map<string, number>()
  return async (partitions, signal) => {
    const topicId = await readTopicId(kafka, topic)
    const readOwn = async () => {
      const progress = await readGroupProgress(admin, groupId, topic)
      return progress.filter(({ partition }) => partitions.includes(partition))
    }
    const startOfOne = async (found: PartitionProgress) => {
      const left = leftBehind(found, topicId)
      const source = { topic, topicId, partition: found.partition }
      const doubt = {
        from: left.committed ?? 0,
        last: Number.MAX_SAFE_INTEGER,
        ...(left.lease ?? endedLease),
      }
      const stored = await recover(source, doubt, signal)
      // More may have come and been stored since the log's end was asked for.
      const isOld = stored.booked > found.high
      const ends = isOld
        ? (await readOwn()).find(({ partition }) => partition === found.partition)
        : undefined
      const seen = { ...found, ...(ends && { low: ends.low, high: ends.high }) }
      return [found.partition, startOf(seen, left, stored, topicId, { ...parts, told })] as const
    }
    return { topicId, partitions: new Map(await Promise.all((await readOwn()).map(startOfOne))) }
  }
}

const endedLease: Lease = { since: 0, until: 0 }

/** What whoever had the partition before left in the group. */
export interface LeftBehind {
  /** The next offset to read; null where there is none, or none of this topic. */
  committed: number | null
  /** Null where none is known: what is in no books may have been stored whenever. */
  lease: Lease | null
  /** Whether the topic has been made anew since. */
  isOfOldTopic: boolean
}

export function leftBehind(found: PartitionProgress, topicId: string): LeftBehind {
  const said = readMetadata(found.metadata)
  const isOfOldTopic = said.topicId !== null && said.topicId !== topicId
  if (isOfOldTopic) return { committed: null, lease: null, isOfOldTopic }
  return { committed: found.committed, lease: said.lease, isOfOldTopic }
}

export interface StartOfParts extends Pick<StartsParts, 'metrics' | 'logger' | 'topic'> {
  /** Below which offset a loss has been told of a partition: it is found again where opening fails. */
  told: Map<string, number>
}

export function startOf(
  { partition, low, high, committed: offset }: PartitionProgress,
  { committed, lease, isOfOldTopic }: LeftBehind,
  { booked, stored }: Found,
  topicId: string,
  { metrics, logger, topic, told }: StartOfParts,
): PartitionStart {
  const facts = { topic, partition, low, high, committed: offset, booked }
  const given = { offset: committed ?? -1, ...(lease ?? endedLease) }
  const beyond = stored.events.size + stored.dead.size
  if (isOfOldTopic) logger.warn(facts, 'the topic was made anew: reading it from its start')
  if (booked > high) {
    const message =
      'the log ends before what is stored of it: kafka lost records. New ones take their offsets, and may be passed over as stored: make the topic anew'
    logger.error(facts, message)
    return at(high, given)
  }
  const isKnown = committed !== null || booked > 0 || beyond > 0
  const log = `${topicId}:${partition}`
  const lost = lostFrom(Math.max(booked, told.get(log) ?? 0), low, stored)
  if (lost > 0 && isKnown) {
    told.set(log, low)
    metrics.expired(lost)
    logger.error(facts, 'kafka dropped records before they were stored')
  }
  if (beyond > 0) logger.info({ ...facts, lines: beyond }, 'resuming behind lines that are in no books')
  else if (committed !== null && booked > committed)
    logger.warn(facts, 'more is stored than the group knows of: going on after it')
  return behind(booked, low, given, stored)
}

/** How many offsets are gone between these two, but for those of which lines are stored. */
function lostFrom(from: number, low: number, stored: StoredLines): number {
  const isGone = (offset: number) => from <= offset && offset < low
  return Math.max(0, low - from) - new Set(offsetsOf(stored).filter(isGone)).size
}

function offsetsOf({ events, dead }: StoredLines): number[] {
  return [...events.values(), ...dead.values()].map(({ offset }) => offset)
}

function at(offset: number, committed: LaneStart['committed']): PartitionStart {
  const start = { booked: offset, next: offset, committed, expired: null, storedLast: -1 }
  return { start, stored: { events: new Map(), dead: new Map(), last: -1 } }
}

/** Goes on behind what is in the books, or where the log begins now. */
function behind(
  booked: number,
  low: number,
  committed: LaneStart['committed'],
  stored: StoredLines,
): PartitionStart {
  const last = offsetsOf(stored).reduce((last, offset) => (offset < low ? Math.max(last, offset) : last), -1)
  const expired = last >= booked ? { first: booked, last } : null
  const next = Math.max(booked, low)
  const start = { booked: expired ? booked : next, next, committed, expired, storedLast: stored.last }
  return { start, stored }
}
