// The whole topic, from its first record to the last one there is now, read outside any service.
import type { Kafka, KafkaMessage } from 'kafkajs'
import { withAdmin } from '../../../../kafka/client.ts'
import { freshName } from '../../../support/fresh.ts'

/** Reads every record once. The caller's own time-out is the bound. */
export async function readLog(
  kafka: Kafka,
  topic: string,
  onRecord: (partition: number, message: KafkaMessage) => void,
): Promise<void> {
  const ends = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic))
  const left = new Map(
    ends.filter(({ high, low }) => high !== low).map(({ partition, high }) => [partition, Number(high)]),
  )
  const groupId = freshName('reader')
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    if (left.size === 0) resolve()
    consumer
      .run({
        autoCommit: false,
        eachBatch: ({ batch: { partition, messages } }) => {
          for (const message of messages) {
            const end = left.get(partition) ?? 0
            if (Number(message.offset) < end) onRecord(partition, message)
            if (Number(message.offset) >= end - 1) left.delete(partition)
          }
          if (left.size === 0) resolve()
          return Promise.resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined)
}
