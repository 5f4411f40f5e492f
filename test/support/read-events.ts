// Every event on a topic, as it stands there.
import { createKafka, withAdmin } from '../../kafka/client.ts'
import type { KafkaSettings } from '../../kafka/config.ts'
import { untilDone } from '../../runtime/retry.ts'
import { testLogger } from './fresh.ts'
import { readTopic } from './read-topic.ts'

export interface StoredEvent {
  site_id: string
  event_id: string
  path: string
  timestamp: number
  /** Of its record, epoch milliseconds. */
  receivedAt: number
}

/** All of them, in the order of each partition. */
export async function readEvents(settings: KafkaSettings): Promise<StoredEvent[]> {
  const kafka = createKafka(settings, 'test', testLogger())
  const { name } = settings.topic
  // A partition of a topic that was just made may still be without a leader.
  const ends = await untilDone(() => withAdmin(kafka, (admin) => admin.fetchTopicOffsets(name)), {
    isHopeless: () => false,
    onFailure: () => undefined,
    signal: AbortSignal.timeout(30_000),
  })
  const count = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  if (count === 0) return []
  const records = await readTopic(kafka, name, count)
  return records.flatMap(({ value, timestamp }) =>
    value.split('\n').map((line) => ({ ...(JSON.parse(line) as StoredEvent), receivedAt: timestamp })),
  )
}
