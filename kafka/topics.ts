// Makes the topic where it is missing and refuses one that cannot keep our promises.
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { withAdmin } from './client.ts'
import { StartError } from '../runtime/start-error.ts'
import type { TopicSettings } from './config.ts'

/** A topic that does not fit. The message names every difference and what to do. */
export class TopicMisfit extends StartError {
  override name = 'TopicMisfit'
}

const hourMs = 3_600_000

/** Room for one record set as the publisher makes them; also Kafka's own default. */
const leastMessageBytes = 1_048_588

/**
 * Makes the topic, or checks the one that is there.
 * @throws TopicMisfit when it has other partitions, too few replicas, too short a retention, or is compacted
 */
export async function ensureTopic(kafka: Kafka, topic: TopicSettings): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    const { brokers } = await admin.describeCluster()
    const replicas = topic.replicationFactor ?? Math.min(3, brokers.length)
    if (!(await admin.listTopics()).includes(topic.name)) {
      await createTopic(admin, topic, replicas)
      await untilLed(admin, topic.name)
    }
    const faults = await misfits(admin, topic)
    if (faults.length > 0) {
      throw new TopicMisfit(`Topic ${topic.name} does not fit: ${faults.join('; ')}.`)
    }
  })
}

/** All but one replica must have a record before it counts as kept, so that one broker may be away. */
function leastInSync(replicas: number): number {
  return Math.max(1, replicas - 1)
}

async function createTopic(admin: Admin, topic: TopicSettings, replicas: number): Promise<void> {
  const configEntries = Object.entries({
    'retention.ms': String(topic.retentionHours * hourMs),
    'retention.bytes': '-1',
    'min.insync.replicas': String(leastInSync(replicas)),
    'cleanup.policy': 'delete',
    'unclean.leader.election.enable': 'false',
    'max.message.bytes': String(leastMessageBytes),
    // Producers may send any codec; the consumer reads gzip only, so the broker keeps records as they are inside.
    'compression.type': 'uncompressed',
    'message.timestamp.type': 'CreateTime',
  }).map(([name, value]) => ({ name, value }))
  await admin.createTopics({
    waitForLeaders: false,
    topics: [
      { topic: topic.name, numPartitions: topic.partitions, replicationFactor: replicas, configEntries },
    ],
  })
}

/** Milliseconds that a broker may take to know of a topic that was just made. */
const knownWithinMs = 10_000

/** Waits here, since kafkajs gives up waiting where a broker has not heard of the new topic at all. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  const deadline = performance.now() + knownWithinMs
  for (;;) {
    try {
      await admin.fetchTopicMetadata({ topics: [topic] })
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await sleep(50)
    }
  }
}

async function misfits(admin: Admin, topic: TopicSettings): Promise<string[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic.name] })
  const partitions = topics[0]?.partitions ?? []
  const config = await readConfig(admin, topic.name)
  const replicas = Math.min(...partitions.map((partition) => partition.replicas.length))
  const wantedReplicas = topic.replicationFactor ?? 1
  const retention = Number(config.get('retention.ms'))
  const wantedRetention = topic.retentionHours * hourMs
  const inSync = Number(config.get('min.insync.replicas'))
  const faults: [boolean, string][] = [
    [
      partitions.length !== topic.partitions,
      `it has ${partitions.length} partitions where KAFKA_PARTITIONS says ${topic.partitions}: a site's events would part ways; set KAFKA_PARTITIONS=${partitions.length}`,
    ],
    [
      replicas < wantedReplicas,
      `it has ${replicas} replicas where KAFKA_REPLICATION_FACTOR says ${wantedReplicas}: reassign its partitions`,
    ],
    [
      retention !== -1 && retention < wantedRetention,
      `it keeps records ${retention} ms where KAFKA_RETENTION_HOURS needs ${wantedRetention}: raise its retention.ms`,
    ],
    [
      Number(config.get('message.timestamp.before.max.ms')) < wantedRetention / 4,
      'it refuses records whose time is past: remove its message.timestamp.before.max.ms, or events of a spool cannot be kept',
    ],
    [Number(config.get('retention.bytes')) !== -1, 'it drops records by size: set its retention.bytes to -1'],
    [
      config.get('cleanup.policy') !== 'delete',
      `its cleanup.policy is ${config.get('cleanup.policy') ?? ''}: compaction would lose events; set it to delete`,
    ],
    [
      inSync < leastInSync(replicas),
      `its min.insync.replicas is ${inSync}: set it to ${leastInSync(replicas)}`,
    ],
    [
      Number(config.get('max.message.bytes')) < leastMessageBytes,
      `its max.message.bytes is below ${leastMessageBytes}: raise it`,
    ],
    [
      !['uncompressed', 'gzip'].includes(config.get('compression.type') ?? ''),
      `its compression.type is ${config.get('compression.type') ?? ''}, so it may hold records in a codec that cannot be read here: set it to uncompressed or gzip`,
    ],
  ]
  return faults.filter(([fault]) => fault).map(([, text]) => text)
}

async function readConfig(admin: Admin, topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  })
  const entries = resources[0]?.configEntries ?? []
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue]))
}
