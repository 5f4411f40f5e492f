// Where a member goes on in each of its partitions, and what Kafka no longer has of what it should have read.
import type { Admin, Kafka } from 'kafkajs'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { queryHighestLines, queryStoredOffsets } from '../../clickhouse/stored-offsets.ts'
import { readGroupProgress, type PartitionProgress } from '../../kafka/group-progress.ts'
import { readTopicId } from '../../kafka/topic-id.ts'
import type { Logger } from '../../runtime/logger.ts'
import { readMetadata } from '../lane/intent.ts'
import type { Intent, LaneStart } from '../lane/protocol.ts'
import type { ConsumerMetrics } from '../metrics.ts'

export interface Starts {
  topicId: string
  partitions: Map<number, LaneStart>
}

/** Where each of these partitions goes on. */
export type ReadStarts = (partitions: readonly number[]) => Promise<Starts>

export interface StartsParts {
  kafka: Kafka
  admin: Admin
  clickhouse: ClickHouse
  groupId: string
  topic: string
  metrics: Pick<ConsumerMetrics, 'expired'>
  logger: Logger
}

/**
 * Reads where the group has come to, and goes on after whatever is stored beyond that: neither a group that Kafka has
 * forgotten nor offsets that were set back make a range be stored again. A loss is logged and counted.
 */
export function createReadStarts(parts: StartsParts): ReadStarts {
  const { kafka, admin, clickhouse, groupId, topic } = parts
  const told = new Map<string, number>()
  return async (partitions) => {
    const topicId = await readTopicId(kafka, topic)
    const progress = await readGroupProgress(admin, groupId, topic)
    const stored = await queryStoredOffsets(clickhouse, topic, topicId)
    const own = progress.filter(({ partition }) => partitions.includes(partition))
    const isForgotten = own.some(({ committed, high }) => committed === null && high > 0)
    const lines = isForgotten ? await queryHighestLines(clickhouse, topicId) : new Map<number, number>()
    const startOfOne = (found: PartitionProgress) => {
      const ofTables = { next: stored.get(found.partition), highest: lines.get(found.partition) }
      return [found.partition, startOf(found, topicId, ofTables, { ...parts, told })] as const
    }
    return { topicId, partitions: new Map(own.map(startOfOne)) }
  }
}

/** What the tables have of a partition; undefined for nothing. */
export interface StoredOffsets {
  /** The offset after the last range of the books. */
  next?: number | undefined
  /** The highest offset of any line; asked only where the group has committed nothing. */
  highest?: number | undefined
}

export interface StartOfParts extends Pick<StartsParts, 'metrics' | 'logger' | 'topic'> {
  /** Below which offset a loss has been told of a partition: it is found again until a range beyond it is begun. */
  told: Map<string, number>
}

export function startOf(
  found: PartitionProgress,
  topicId: string,
  stored: StoredOffsets,
  { metrics, logger, topic, told }: StartOfParts,
): LaneStart {
  const { partition, low, high } = found
  const facts = { topic, partition, low, high, committed: found.committed, stored }
  const said = readMetadata(found.metadata)
  const isOfOldTopic = said.topicId !== null && said.topicId !== topicId
  if (isOfOldTopic) logger.warn(facts, 'the topic was made anew: reading it from its start')
  const committed = isOfOldTopic ? null : found.committed
  const wanted = Math.max(committed ?? 0, stored.next ?? 0)
  const pending = pendingOf(committed, said.intent, wanted, stored)
  const isKnown = committed !== null || stored.next !== undefined || pending !== null
  const log = `${topicId}:${partition}`
  const lost = low - Math.max(wanted, told.get(log) ?? 0)
  if (lost > 0 && isKnown) {
    told.set(log, low)
    metrics.expired(lost)
    logger.error({ ...facts, wanted }, 'kafka dropped records before they were stored')
  }
  if (wanted > high) {
    const message =
      'the log ends before what is stored of it: kafka lost records. New ones take their offsets, and may be passed over as stored: make the topic anew'
    logger.error({ ...facts, wanted }, message)
    return { next: high, pending: null }
  }
  if (pending) {
    logger.info({ ...facts, pending, isStored: wanted > pending.last }, 'resuming a pending range')
  } else if (committed !== null && wanted > committed) {
    logger.warn({ ...facts, wanted }, 'more is stored than the group knows of: going on after it')
  }
  return { next: Math.max(wanted, low), pending }
}

/**
 * The range that the group says is pending, be it stored by now: its clearing commit is still owed. Where the group
 * says nothing, the range that lines without books tell of.
 */
function pendingOf(
  committed: number | null,
  intent: Intent | null,
  wanted: number,
  { highest }: StoredOffsets,
): Intent | null {
  if (committed !== null) return intent && intent.first === committed ? intent : null
  return highest !== undefined && highest >= wanted ? { first: wanted, last: highest, deadline: 0 } : null
}
