// Sends records to the leaders of their partitions and tells partition by partition what became of them. kafkajs's own
// producer fails a whole request for one partition that is refused, and sends all of it again; its connections, and what it
// knows of the cluster, are used here.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { askBroker, byLeader } from '../ask-broker.ts'
import { openCluster, type Cluster } from '../cluster.ts'
import { leaderError } from '../error-codes.ts'
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
      const answers = await askBroker(cluster, leader, produceExchange(topic, own))
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

function refusalOf(answer: PartitionAnswer | undefined): Refusal | null {
  if (!answer) return { error: new Error('Kafka answered without the partition'), mayPass: true }
  const wrong = leaderError(answer.code)
  if (!wrong) return null
  const error = new Error(`Kafka refuses records of partition ${answer.partition}: ${wrong.name}`)
  return { error, mayPass: wrong.mayPass }
}
