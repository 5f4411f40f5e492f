// A topic, of one partition unless told otherwise, a group and a ClickHouse that deduplicates nothing by itself, for
// tests of the consumer.
import { randomUUID } from 'node:crypto'
import { insertLines } from '../../clickhouse/insert-lines.ts'
import { eventsTarget, rangesTarget } from '../../clickhouse/insert-targets.ts'
import { rowOf } from './event-rows.ts'
import { createKafka, withAdmin } from '../../kafka/client.ts'
import { openCluster } from '../../kafka/cluster.ts'
import { readTopicId } from '../../kafka/topic-id.ts'
import { untilDone } from '../../runtime/retry.ts'
import { freshDatabase, freshKafka, freshName, openRequests, rowsOf, testLogger, makeTopic } from './fresh.ts'
import { readStoreClock } from './store-clock.ts'
import type { Lease, Span } from '../../consumer/lane/lane-state.ts'
import { toMetadata } from '../../consumer/lane/lease.ts'

/** A consumer's world of its own. */
export async function startWorld(partitions = 1) {
  const kafka = freshKafka({ partitions })
  const { settings, clickhouse } = await freshDatabase()
  for (const table of ['events', 'dead_letters', 'ranges']) {
    await clickhouse.command({
      query: `ALTER TABLE ${table} MODIFY SETTING non_replicated_deduplication_window = 0`,
    })
  }
  const client = createKafka(kafka, 'test', testLogger())
  await makeTopic(kafka)
  const topicId = await readTopicId(client, kafka.topic.name)
  const paths = async () =>
    (await rowsOf<{ path: string }>(clickhouse, 'SELECT path FROM events ORDER BY path')).map(
      ({ path }) => path,
    )
  const books = async () =>
    (
      await rowsOf<{ lines: number; rows: number; duplicates: number; dead: number; next: number }>(
        clickhouse,
        'SELECT sum(lines) AS lines, sum(rows) AS rows, sum(duplicates) AS duplicates, sum(dead) AS dead, max(last_offset) + 1 AS next FROM ranges',
      )
    )[0]
  const source = { topic: kafka.topic.name, topicId, partition: 0 }
  return { kafka, client, settings, clickhouse, source, paths, books, groupId: freshName('group') }
}

export type World = Awaited<ReturnType<typeof startWorld>>

/** A record of the site demo. */
export const event = (path: string, more: object = {}) => ({
  key: 'demo',
  value: JSON.stringify({ site_id: 'demo', event_type: 'view', path, ...more }),
})

/** Makes Kafka drop the records of a partition below an offset. */
export async function dropRecords({ client, source }: World, partition: number, offset: number) {
  await withAdmin(client, async (admin) => {
    // kafkajs deletes records only of a topic it has asked about before.
    await admin.fetchTopicOffsets(source.topic)
    await admin.deleteTopicRecords({
      topic: source.topic,
      partitions: [{ partition, offset: String(offset) }],
    })
  })
}

/** Commits as a consumer would that died right after; no member of the group is left behind. */
export async function commitLease(
  { client, source, groupId }: World,
  offset: number,
  lease: Lease,
): Promise<void> {
  const cluster = openCluster(client)
  await cluster.connect()
  await cluster.refreshMetadata()
  const coordinator = await cluster.findGroupCoordinator({ groupId })
  const metadata = toMetadata(source.topicId, lease)
  const partitions = [{ partition: source.partition, offset: String(offset), metadata }]
  const topics = [{ topic: source.topic, partitions }]
  await untilDone(() => coordinator.offsetCommit({ groupId, groupGenerationId: -1, memberId: '', topics }), {
    signal: AbortSignal.timeout(10_000),
    isHopeless: () => false,
    onFailure: () => undefined,
  })
  await cluster.disconnect()
}

/** What rows say that are stored by `storeRows`. */
export const storedAtOfTests = 1_763_110_000

/** Stores rows as an insert would that was cut off before its books. */
export async function storeRows(
  { settings, clickhouse, source }: World,
  offsets: number[],
  withBooks: Span | null,
  idOf: (offset: number) => string = () => randomUUID(),
) {
  const inserts = openRequests(settings)
  const deadline = Math.ceil(await readStoreClock(clickhouse)) + 100
  const { topicId, topic, partition } = source
  const common = { token: '', deadline, name: 'test/', topicId, storedAt: storedAtOfTests }
  const lines = offsets.map((offset) =>
    rowOf({ path: `/${offset}`, event_id: idOf(offset) }, { partition, offset, receivedAt: Date.now() }),
  )
  const lineCount = lines.length
  await insertLines(inserts, {
    ...common,
    target: eventsTarget,
    lines,
    lineCount,
  })
  if (withBooks) {
    const { first, last } = withBooks
    const counts = { lines: lineCount, rows: lineCount, duplicates: 0, dead: 0 }
    const place = { topic, kafka_partition: partition, first_offset: first, last_offset: last }
    const line = { ...place, site_id: 'demo', ...counts }
    const books = [Buffer.from(`${JSON.stringify(line)}\n`)]
    await insertLines(inserts, { ...common, target: rangesTarget, lines: books, lineCount: 1 })
  }
}
