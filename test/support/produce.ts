// Producing as a stranger would: the client's own partitioner, nothing of Tallyline.
import kafkajs, { type Message } from 'kafkajs'
import { createKafka } from '../../kafka/client.ts'
import type { KafkaSettings } from '../../kafka/config.ts'
import { testLogger } from './fresh.ts'

/** Produces, and gives the partition and first offset of each record set. */
export async function produce(
  settings: KafkaSettings,
  messages: Message[],
): Promise<{ partition: number; offset: number }[]> {
  const kafka = createKafka(settings, 'stranger', testLogger())
  const { DefaultPartitioner } = kafkajs.Partitioners
  // The leaders of a new topic may refuse at first: kafkajs then sends again what others have taken already.
  const producer = kafka.producer({
    createPartitioner: DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  const answers = await producer.send({ topic: settings.topic.name, messages })
  await producer.disconnect()
  return answers.map(({ partition, baseOffset }) => ({ partition, offset: Number(baseOffset) }))
}
