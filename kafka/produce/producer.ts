// Sends records to the leaders of their partitions and tells partition by partition what became of them. kafkajs's own
// producer fails a whole request for one partition that is refused, and sends all of it again; its connections, and what it
// knows of the cluster, are used here.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { openCluster, type Cluster } from '../cluster.ts'
import { produceExchange, type PartitionAnswer, type PartitionBatch } from './produce-request.ts'

export interface Producer {
  /** @throws Error where no broker answers, or the topic is not there */
  connect: () => Promise<void>
  /**
   * Sends with acks = all; what a leader refuses that may take it in a moment, or did not answer, is sent once more.
   * @param onKept told of each partition that has its records, and the offset of the first
   * @returns why the others have not; null where all have. They may be on the topic all the same. Never rejects
   */
  send: (
    batches: readonly PartitionBatch[],
    onKept: (partition: number, offset: number) => void,
  ) => Promise<Error | null>
  disconnect: () => Promise<void>
}

/** Before what was refused is sent once more. */
const againAfterMs = 50

export function createProducer(kafka: Kafka, topic: string): Producer {
  const cluster = openCluster(kafka)
  const send = async (
    batches: readonly PartitionBatch[],
    onKept: (partition: number, offset: number) => void,
  ) => {
    const first = await sendOnce(cluster, topic, batches, onKept)
    const again = batches.filter(({ partition }) => first.get(partition)?.mayPass)
    if (again.length === 0) return firstError(first)
    await sleep(againAfterMs)
    await cluster.refreshMetadata().catch(() => undefined)
    const second = await sendOnce(cluster, topic, again, onKept)
    for (const { partition } of again) first.delete(partition)
    return firstError(new Map([...first, ...second]))
  }
  return {
    connect: async () => {
      await cluster.connect()
      await cluster.addTargetTopic(topic)
    },
    send,
    disconnect: () => cluster.disconnect(),
  }
}

/** Why a partition's records are not acknowledged. */
interface Refusal {
  error: Error
  /** Whether it may be over in a moment. */
  mayPass: boolean
}

type Refusals = Map<number, Refusal>

function firstError(refusals: Refusals): Error | null {
  const [first] = refusals.values()
  return first?.error ?? null
}

/** One request to each leader. */
async function sendOnce(
  cluster: Cluster,
  topic: string,
  batches: readonly PartitionBatch[],
  onKept: (partition: number, offset: number) => void,
): Promise<Refusals> {
  const refusals: Refusals = new Map()
  const refuse = (own: readonly PartitionBatch[], refusal: Refusal) => {
    for (const { partition } of own) refusals.set(partition, refusal)
  }
  const sendTo = async ([leader, own]: [leader: number | undefined, own: PartitionBatch[]]) => {
    try {
      if (leader === undefined) throw new Error('Kafka does not know a leader of the partition')
      const answers = await exchange(cluster, leader, produceExchange(topic, own))
      for (const batch of own) {
        const answer = answers.find(({ partition }) => partition === batch.partition)
        const refusal = refusalOf(answer)
        if (refusal) refuse([batch], refusal)
        else if (answer) onKept(answer.partition, answer.offset)
      }
    } catch (error) {
      refuse(own, { error: toError(error), mayPass: true })
    }
  }
  await cluster.refreshMetadataIfNecessary().catch(() => undefined)
  try {
    await Promise.all([...byLeader(cluster, topic, batches)].map(sendTo))
  } catch (error) {
    refuse(batches, { error: toError(error), mayPass: true })
  }
  return refusals
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function byLeader(
  cluster: Cluster,
  topic: string,
  batches: readonly PartitionBatch[],
): Map<number | undefined, PartitionBatch[]> {
  const partitions = cluster.findTopicPartitionMetadata(topic)
  const found = new Map<number | undefined, PartitionBatch[]>()
  for (const batch of batches) {
    const leader = partitions.find(({ partitionId }) => partitionId === batch.partition)?.leader
    const own = found.get(leader)
    if (own) own.push(batch)
    else found.set(leader, [batch])
  }
  return found
}

async function exchange(
  cluster: Cluster,
  nodeId: number,
  produce: ReturnType<typeof produceExchange>,
): Promise<PartitionAnswer[]> {
  const broker = await cluster.findBroker({ nodeId })
  try {
    return (await broker.connectionPool.send(produce)) as PartitionAnswer[]
  } catch (error) {
    const { name, host, port } = error as { name?: string; host?: string; port?: number }
    // The connection would be handed out again. kafkajs keeps one that is silent, too.
    if (name === 'KafkaJSConnectionClosedError' || name === 'KafkaJSRequestTimeoutError') {
      await broker.disconnect()
      if (host !== undefined && port !== undefined) cluster.removeBroker({ host, port })
    }
    throw error
  }
}

/** The errors a leader may answer with; one that is not here is taken to last. Source: Kafka's protocol guide, "Error Codes". */
const errors = new Map<number, [name: string, mayPass: boolean]>([
  [2, ['CORRUPT_MESSAGE', true]],
  [3, ['UNKNOWN_TOPIC_OR_PARTITION', true]],
  [5, ['LEADER_NOT_AVAILABLE', true]],
  [6, ['NOT_LEADER_OR_FOLLOWER', true]],
  [7, ['REQUEST_TIMED_OUT', true]],
  [10, ['MESSAGE_TOO_LARGE', false]],
  [13, ['NETWORK_EXCEPTION', true]],
  [17, ['INVALID_TOPIC_EXCEPTION', false]],
  [18, ['RECORD_LIST_TOO_LARGE', false]],
  [19, ['NOT_ENOUGH_REPLICAS', true]],
  [20, ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', true]],
  [29, ['TOPIC_AUTHORIZATION_FAILED', false]],
  [32, ['INVALID_TIMESTAMP', false]],
  [56, ['KAFKA_STORAGE_ERROR', true]],
  [87, ['INVALID_RECORD', false]],
])

function refusalOf(answer: PartitionAnswer | undefined): Refusal | null {
  if (!answer) return { error: new Error('Kafka answered without the partition'), mayPass: true }
  if (answer.code === 0) return null
  const [name, mayPass] = errors.get(answer.code) ?? [`error ${answer.code}`, false]
  return { error: new Error(`Kafka refuses records of partition ${answer.partition}: ${name}`), mayPass }
}
