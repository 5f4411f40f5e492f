// One exchange with the leader of partitions, over kafkajs's connections.
import type { Cluster, Exchange } from './cluster.ts'

/** What kafkajs says where an answer will not come, or not in time. */
const brokenConnections = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
])

/**
 * The answer of a broker.
 * @throws Error where it cannot be reached, does not answer in time, or its connection ends first; its next connection is
 * another one then
 */
export async function askBroker<Answer>(
  cluster: Cluster,
  nodeId: number,
  exchange: Exchange<Answer>,
): Promise<Answer> {
  const broker = await cluster.findBroker({ nodeId })
  try {
    return (await broker.connectionPool.send(exchange)) as Answer
  } catch (error) {
    const { name } = error as { name?: string }
    if (name !== undefined && brokenConnections.has(name)) {
      // It may have read half an answer, which would be taken for the beginning of the next one; kafkajs would hand it out again.
      cluster.removeBroker(broker.connectionPool)
      broker.disconnect().catch(() => undefined)
    }
    throw error
  }
}

/** The partitions that each broker leads; undefined for those that nothing is known of. */
export function byLeader<Item extends { partition: number }>(
  cluster: Cluster,
  topic: string,
  items: readonly Item[],
): Map<number | undefined, Item[]> {
  const partitions = cluster.findTopicPartitionMetadata(topic)
  const found = new Map<number | undefined, Item[]>()
  for (const item of items) {
    const leader = partitions.find(({ partitionId }) => partitionId === item.partition)?.leader
    const own = found.get(leader)
    if (own) own.push(item)
    else found.set(leader, [item])
  }
  return found
}
