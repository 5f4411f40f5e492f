// One exchange with the leader of partitions, over kafkajs's connections.
import type { Cluster, Exchange } from './cluster.ts'

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
    const { name, host, port } = error as { name?: string; host?: string; port?: number }
    const isClosed = name === 'KafkaJSConnectionClosedError'
    // The connection would be handed out again. kafkajs keeps one that is silent, too.
    if (isClosed || name === 'KafkaJSRequestTimeoutError') await broker.disconnect()
    if (isClosed && host !== undefined && port !== undefined) cluster.removeBroker({ host, port })
    throw error
  }
}

/** The partitions that each broker leads; undefined for those without a leader. */
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
