// Makes a topic as the services do, which try again where Kafka is slow to tell everybody of it.
import type { Kafka } from 'kafkajs'
import type { TopicSettings } from '../../kafka/config.ts'
import { ensureTopic } from '../../kafka/topics.ts'
import { until } from './pipeline.ts'

/** Resolves when the topic is there. The test's own timeout is the bound. */
export async function makeTopic(kafka: Kafka, topic: TopicSettings): Promise<void> {
  await until(() =>
    ensureTopic(kafka, topic).then(
      () => true,
      () => false,
    ),
  )
}
