// Topics and consumer groups that go with the bench.
import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import type { z } from 'zod'
import { createKafka } from '../../kafka/client.ts'
import { toKafkaSettings, type kafkaVariables } from '../../kafka/config.ts'
import { ensureTopic } from '../../kafka/topics.ts'
import { createLogger } from '../../runtime/logger.ts'
import { untilDone } from '../../runtime/retry.ts'
import { partitions } from '../events.ts'
import { until } from './until.ts'

const topicWithinMs = 20_000

export interface BenchTopics {
  kafka: Kafka
  /** Makes a topic that goes with the bench; gives its name. */
  newTopic: (what: string) => Promise<string>
  /** A name for a consumer group that goes with the bench. */
  newGroup: (what: string) => string
  /** Resolves when every member of a group has its partitions. */
  groupIsComplete: (group: string) => Promise<void>
  countRecords: (topic: string) => Promise<number>
  /** Removes the topics and groups made so far. */
  dropTopics: () => Promise<void>
}

export async function openBenchTopics(
  flat: z.output<z.ZodObject<typeof kafkaVariables>>,
): Promise<BenchTopics & { close: () => Promise<void> }> {
  const settings = toKafkaSettings(flat)
  const kafka = createKafka(settings, 'bench', createLogger('bench', 'silent'))
  const admin = kafka.admin()
  await admin.connect()
  const topics: string[] = []
  const groups: string[] = []
  const added = (names: string[], what: string) => {
    const name = `tallyline-bench-${what}-${randomUUID().slice(0, 8)}`
    names.push(name)
    return name
  }
  const dropTopics = async () => {
    await admin.deleteGroups(groups.splice(0)).catch(() => undefined)
    await admin.deleteTopics({ topics: topics.splice(0) })
  }
  return {
    kafka,
    dropTopics,
    newTopic: async (what) => {
      const name = added(topics, what)
      await settled(() => ensureTopic(kafka, { ...settings.topic, name, partitions }))
      return name
    },
    newGroup: (what) => added(groups, what),
    groupIsComplete: (group) =>
      until(async () => {
        const { groups: found } = await admin.describeGroups([group])
        return found[0]?.state === 'Stable'
      }, `the group ${group} was not complete in time`),
    countRecords: async (topic) => {
      const ends = await admin.fetchTopicOffsets(topic)
      return ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)
    },
    close: async () => {
      await dropTopics()
      await admin.disconnect()
    },
  }
}

/** A broker that is busy may not know at once of a topic that it has made. */
function settled(work: () => Promise<void>): Promise<void> {
  const signal = AbortSignal.timeout(topicWithinMs)
  return untilDone(work, { signal, isHopeless: () => false, onFailure: () => undefined })
}
