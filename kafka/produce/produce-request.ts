// The request that puts records on a topic and its answer, in Kafka's own bytes (Produce, version 3: the oldest that every
// Kafka since 0.11 knows, 4.x included). It goes out over kafkajs's connections.
import { mostBytesOfBatch, writeRecordBatch, type OutgoingRecord } from './record-batch.ts'

/** Records of one partition, in order, at least one. */
export interface PartitionBatch {
  partition: number
  records: readonly OutgoingRecord[]
}

/** What the leader of a partition says of its records. */
export interface PartitionAnswer {
  partition: number
  /** 0 where they are kept. */
  code: number
  /** The offset of the first. */
  offset: number
}

/** All in-sync replicas have to have the records before the answer is given. */
const allReplicas = -1

/** How long the leader may wait for them, in milliseconds. */
const replicasWithinMs = 30_000

/** One exchange as kafkajs's connections take it. Its answer: one for each partition that the leader speaks of. */
export function produceExchange(topic: string, batches: readonly PartitionBatch[]) {
  const encode = () => {
    const buffer = writeRequest(Buffer.from(topic), batches)
    // kafkajs checks `buf` and writes `buffer`.
    return Promise.resolve({ buf: buffer, buffer })
  }
  return {
    request: { apiKey: 0, apiVersion: 3, apiName: 'Produce', encode },
    response: {
      decode: (answer: Buffer) => Promise.resolve(readAnswer(answer)),
      parse: (answers: PartitionAnswer[]) => Promise.resolve(answers),
    },
  }
}

/** Transactional id, acks, timeout, number of topics, the topic's name, number of partitions. */
const mostBytesOfHead = 2 + 2 + 4 + 4 + 2 + 4

function writeRequest(topic: Buffer, batches: readonly PartitionBatch[]): Buffer {
  const most = batches.reduce((sum, { records }) => sum + 8 + mostBytesOfBatch(records), 0)
  const bytes = Buffer.allocUnsafe(mostBytesOfHead + topic.length + most)
  let at = bytes.writeInt16BE(-1, 0)
  at = bytes.writeInt16BE(allReplicas, at)
  at = bytes.writeInt32BE(replicasWithinMs, at)
  at = bytes.writeInt32BE(1, at)
  at = bytes.writeInt16BE(topic.length, at)
  at += topic.copy(bytes, at)
  at = bytes.writeInt32BE(batches.length, at)
  for (const { partition, records } of batches) {
    at = bytes.writeInt32BE(partition, at)
    const end = writeRecordBatch(bytes, at + 4, records)
    bytes.writeInt32BE(end - at - 4, at)
    at = end
  }
  return bytes.subarray(0, at)
}

/** Number of topics, the one topic's name, number of partitions; of each: number, error, offset, time of the log. */
function readAnswer(answer: Buffer): PartitionAnswer[] {
  let at = 4
  at += 2 + answer.readInt16BE(at)
  const count = answer.readInt32BE(at)
  at += 4
  const bytesOfPartition = 4 + 2 + 8 + 8
  return Array.from({ length: count }, (_, index) => {
    const start = at + index * bytesOfPartition
    return {
      partition: answer.readInt32BE(start),
      code: answer.readInt16BE(start + 4),
      offset: Number(answer.readBigInt64BE(start + 6)),
    }
  })
}
