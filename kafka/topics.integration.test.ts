import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { freshKafka, testLogger } from '../test/support/fresh.ts'
import { createKafka, withAdmin } from './client.ts'
import type { TopicSettings } from './config.ts'
import { ensureTopic, TopicMisfit } from './topics.ts'

function fresh() {
  const settings = freshKafka()
  return { topic: settings.topic, kafka: createKafka(settings, 'test', testLogger()) }
}

describe('the topic', () => {
  it('is made with its partitions, retention and durability', async () => {
    const { kafka, topic } = fresh()
    await ensureTopic(kafka, topic)
    const config = await withAdmin(kafka, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic.name] })
      expect(topics[0]?.partitions).toHaveLength(6)
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic.name }],
      })
      return Object.fromEntries(
        resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]) ?? [],
      )
    })
    expect(config).toMatchObject({
      'retention.ms': String(168 * 3_600_000),
      'min.insync.replicas': '1',
      'cleanup.policy': 'delete',
      'unclean.leader.election.enable': 'false',
    })
  })

  it('is made once by several processes at the same time', async () => {
    const { kafka, topic } = fresh()
    await expect(Promise.all([1, 2, 3].map(() => ensureTopic(kafka, topic)))).resolves.toHaveLength(3)
  })

  it.each<[string, Partial<TopicSettings>, RegExp]>([
    ['has another number of partitions', { partitions: 3 }, /6 partitions.*KAFKA_PARTITIONS=6/],
    ['keeps records for less time', { retentionHours: 169 }, /retention/],
    ['has fewer replicas', { replicationFactor: 3 }, /1 replicas/],
  ])('is refused when it %s', async (_difference, wanted, reason) => {
    const { kafka, topic } = fresh()
    await ensureTopic(kafka, topic)
    const refusal = ensureTopic(kafka, { ...topic, ...wanted })
    await expect(refusal).rejects.toThrow(TopicMisfit)
    await expect(refusal).rejects.toThrow(reason)
  })

  it('is refused when it is compacted, since that loses events', async () => {
    const { kafka, topic } = fresh()
    await withAdmin(kafka, (admin) =>
      admin.createTopics({
        topics: [
          {
            topic: topic.name,
            numPartitions: 6,
            configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
          },
        ],
      }),
    )
    await expect(ensureTopic(kafka, topic)).rejects.toThrow(/cleanup\.policy is compact/)
  })
})
