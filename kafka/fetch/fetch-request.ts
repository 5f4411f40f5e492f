// The request that reads partitions and its answer, in Kafka's own bytes (Fetch, version 4: the oldest that every Kafka since
// 0.11 knows, 4.x included). It goes out over kafkajs's connections. Source: Kafka's protocol guide, "Fetch API".

/** What is asked for. */
export interface FetchRequest {
  topic: string
  partitions: readonly AskedPartition[]
  /** How long the leader may wait until there are so many bytes. */
  maxWaitMs: number
  minBytes: number
  /** Of all partitions together; exceeded only where the first batch of records alone is larger. */
  maxBytes: number
  /** Of each partition. */
  maxBytesOfPartition: number
  /** 1: what is not committed, and what was aborted, is not read; 0: all is. */
  isolationLevel: 0 | 1
}

export interface AskedPartition {
  partition: number
  /** The first offset that is wanted. */
  offset: number
}

/** One partition's part of the answer. */
export interface FetchedPartition {
  partition: number
  /** 0 where there is no error. */
  code: number
  /** Where the log ends: all in-sync replicas have what lies below. */
  highWatermark: number
  /** Where it ends for readers of committed records; below every open transaction. */
  lastStableOffset: number
  /** Transactions whose records are here and do not count, in the order they begin. */
  aborted: readonly AbortedTransaction[]
  /** Batches of records, the last of which may be cut off. A view into the answer. */
  recordSet: Buffer
}

export interface AbortedTransaction {
  producerId: bigint
  firstOffset: number
}

/**
 * How long a client that is given to fetch has to wait for an answer; a leader that may wait has so much longer. Where it takes
 * longer there is none: its connection may hang for ever.
 */
export const fetchAnswerMs = 10_000

/** One exchange as kafkajs's connections take it; its answer is `FetchedPartition[]`. */
export function fetchExchange(asked: FetchRequest) {
  const encode = () => {
    const buffer = writeRequest(asked)
    // kafkajs checks `buf` and writes `buffer`.
    return Promise.resolve({ buf: buffer, buffer })
  }
  return {
    request: { apiKey: 1, apiVersion: 4, apiName: 'Fetch', encode },
    response: {
      decode: (answer: Buffer) => Promise.resolve(readAnswer(answer)),
      parse: (answer: FetchedPartition[]) => Promise.resolve(answer),
    },
    requestTimeout: asked.maxWaitMs + fetchAnswerMs,
  }
}

/** Replica, wait, least and most bytes, isolation, number of topics; of the topic its name and number of partitions. */
const headBytes = 4 + 4 + 4 + 4 + 1 + 4 + 2 + 4
const bytesOfPartition = 4 + 8 + 4

function writeRequest(asked: FetchRequest): Buffer {
  const topic = Buffer.from(asked.topic)
  const bytes = Buffer.allocUnsafe(headBytes + topic.length + asked.partitions.length * bytesOfPartition)
  let at = bytes.writeInt32BE(-1, 0)
  at = bytes.writeInt32BE(asked.maxWaitMs, at)
  at = bytes.writeInt32BE(asked.minBytes, at)
  at = bytes.writeInt32BE(asked.maxBytes, at)
  at = bytes.writeInt8(asked.isolationLevel, at)
  at = bytes.writeInt32BE(1, at)
  at = bytes.writeInt16BE(topic.length, at)
  at += topic.copy(bytes, at)
  at = bytes.writeInt32BE(asked.partitions.length, at)
  for (const { partition, offset } of asked.partitions) {
    at = bytes.writeInt32BE(partition, at)
    at = bytes.writeBigInt64BE(BigInt(offset), at)
    at = bytes.writeInt32BE(asked.maxBytesOfPartition, at)
  }
  return bytes
}

/** Throttle time, number of topics, the one topic's name, number of partitions, then these. */
function readAnswer(answer: Buffer): FetchedPartition[] {
  let at = 8
  at += 2 + answer.readInt16BE(at)
  const count = answer.readInt32BE(at)
  at += 4
  const partitions: FetchedPartition[] = []
  for (let index = 0; index < count; index += 1) {
    const aborted = readAborted(answer, at + 22)
    const setAt = at + 26 + 16 * aborted.length
    const setBytes = Math.max(0, answer.readInt32BE(setAt))
    partitions.push({
      partition: answer.readInt32BE(at),
      code: answer.readInt16BE(at + 4),
      highWatermark: Number(answer.readBigInt64BE(at + 6)),
      lastStableOffset: Number(answer.readBigInt64BE(at + 14)),
      aborted,
      recordSet: answer.subarray(setAt + 4, setAt + 4 + setBytes),
    })
    at = setAt + 4 + setBytes
  }
  return partitions
}

/** A broker tells them in the order they ended. */
function readAborted(answer: Buffer, at: number): AbortedTransaction[] {
  const aborted = Array.from({ length: Math.max(0, answer.readInt32BE(at)) }, (_, index) => ({
    producerId: answer.readBigInt64BE(at + 4 + 16 * index),
    firstOffset: Number(answer.readBigInt64BE(at + 12 + 16 * index)),
  }))
  return aborted.sort((left, right) => left.firstOffset - right.firstOffset)
}
