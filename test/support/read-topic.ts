// Reads a topic from its beginning, outside any service.
import type { Kafka } from 'kafkajs'
import { freshName } from './fresh.ts'

export interface ReadRecord {
  partition: number
  offset: number
  key: string
  value: string
  /** Epoch milliseconds. */
  timestamp: number
}

/** The first `count` records, ordered by partition and offset. The test's own timeout is the bound. */
export async function readTopic(kafka: Kafka, topic: string, count: number): Promise<ReadRecord[]> {
  const consumer = kafka.consumer({
    groupId: freshName('reader'),
    maxWaitTimeInMs: 50,
    retry: { retries: 10 },
  })
  const records: ReadRecord[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error)
    })
    consumer
      .run({
        eachMessage: ({ partition, message }) => {
          const { key, value, offset, timestamp } = message
          records.push({
            ...{ partition, offset: Number(offset), timestamp: Number(timestamp) },
            ...{ key: String(key), value: String(value) },
          })
          if (records.length >= count) resolve()
          return Promise.resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return records.sort((left, right) => left.partition - right.partition || left.offset - right.offset)
}
