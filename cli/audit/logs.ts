// Which logs an audit compares, and up to which offset each: everything below is stored wholly, whatever flows on.
import type { AuditedLog, BookedLog } from '../../clickhouse/audit/audited-log.ts'
import { unknownTopicId } from '../../event/event-id.ts'
import type { PartitionLook } from '../../kafka/log-reader.ts'

/** The topic as it was when the audit began. */
export interface TopicAtStart {
  name: string
  id: string
  partitions: readonly PartitionLook[]
}

/** A partition of the present topic. */
export interface PresentLog extends AuditedLog, PartitionLook {
  /** The first offset of its books, and the offset after the last; both the cut where it has none. */
  bookedFrom: number
  bookedTo: number
}

export interface Logs {
  present: PresentLog[]
  /** Partitions of topics that are gone, or not of this audit. `topic` is their name, null where no books tell it. */
  others: (AuditedLog & { topic: string | null })[]
}

/**
 * Sorts what is booked and stored into the present topic's partitions and others. The books must have been read before
 * the topic, so that they do not reach beyond its end as it was found. Rows without a topic id, stored by an
 * earlier version, belong to the present topic where their offsets end before those with its id begin.
 */
export function sortLogs(
  topic: TopicAtStart,
  booked: readonly BookedLog[],
  stored: readonly { topicId: string; partition: number }[],
): Logs {
  const present = topic.partitions.map((progress) => presentLog(topic, progress, booked))
  const isPresent = (topicId: string, partition: number) =>
    present.some((log) => log.partition === partition && log.ids.includes(topicId))
  const others = new Map<string, Logs['others'][number]>()
  const addOther = (topicId: string, partition: number, cut: number, name: string | null) => {
    if (isPresent(topicId, partition)) return
    const key = `${topicId}/${partition}`
    const before = others.get(key)
    const newest = Math.max(cut, before?.cut ?? 0)
    others.set(key, { topicId, partition, ids: [topicId], cut: newest, topic: before?.topic ?? name })
  }
  for (const log of booked) addOther(log.topicId, log.partition, log.next, log.topic)
  for (const { topicId, partition } of stored) addOther(topicId, partition, 0, null)
  return { present, others: [...others.values()] }
}

function presentLog(topic: TopicAtStart, progress: PartitionLook, booked: readonly BookedLog[]): PresentLog {
  const { partition, committed, low, high } = progress
  const ofPartition = booked.filter((log) => log.topic === topic.name && log.partition === partition)
  const own = ofPartition.filter(({ topicId }) => topicId === topic.id)
  const ownFrom = Math.min(...own.map(({ first }) => first), committed ?? Infinity)
  const older = ofPartition.filter(
    ({ topicId, next }) =>
      topicId === unknownTopicId && topicId !== topic.id && next <= Math.min(ownFrom, high),
  )
  const all = [...own, ...older]
  const bookedTo = Math.max(...all.map(({ next }) => next))
  // What is in the books is stored wholly, also where the group does not know of it yet, or was set back.
  const cut = Math.max(bookedTo, committed ?? (all.length > 0 ? 0 : low))
  return {
    ...progress,
    topicId: topic.id,
    ids: [topic.id, ...(older.length > 0 ? [unknownTopicId] : [])],
    cut,
    bookedFrom: all.length > 0 ? Math.min(...all.map(({ first }) => first)) : cut,
    bookedTo: all.length > 0 ? bookedTo : cut,
  }
}
