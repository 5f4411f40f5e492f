// The identity of a topic, which one that was deleted and made anew does not share. kafkajs does not ask for it, so
// this one request is written here in Kafka's own bytes and goes out over kafkajs's connections.
import type { Kafka } from 'kafkajs'
import { unknownTopicId } from '../event/event-id.ts'
import { openCluster, type Cluster } from './cluster.ts'

// For those who read Kafka and know nothing of events.
export { unknownTopicId }

/**
 * The id of `topic`, a UUID in lower case; `unknownTopicId` where the broker does not know such ids.
 * @throws Error where no broker answers or the topic is not there
 */
export async function readTopicId(kafka: Kafka, topic: string): Promise<string> {
  const cluster = openCluster(kafka)
  try {
    await cluster.connect()
    await cluster.refreshMetadata()
    return await topicIdOf(cluster, topic)
  } finally {
    await cluster.disconnect()
  }
}

/** The same over connections that are open. */
export async function topicIdOf({ brokerPool }: Cluster, topic: string): Promise<string> {
  const exchange = { request: metadataRequest(topic), response: { decode, parse: asItIs } }
  const answer = await brokerPool.withBroker(({ broker }) => broker.connectionPool.send(exchange))
  return idOf(answer as Answer | null)
}

interface Answer {
  /** 0 where there is no error. */
  code: number
  id: string
}

const unsupportedVersion = 35

/** kafkajs gives null where no broker answered: it keeps the reason to itself. */
function idOf(answer: Answer | null): string {
  if (!answer) throw new Error("no broker answered for the topic's id")
  if (answer.code === unsupportedVersion) return unknownTopicId
  if (answer.code !== 0) throw new Error(`Kafka did not tell the topic's id: error ${answer.code}`)
  return answer.id
}

/** Metadata, version 12: the first that tells ids by name and has a fixed shape up to Kafka 4. */
function metadataRequest(topic: string): object {
  const name = Buffer.from(topic)
  const body = Buffer.concat([
    // No tagged fields in the header, one topic, no id.
    Buffer.from([0, 2]),
    Buffer.alloc(16),
    unsignedVarint(name.length + 1),
    name,
    // No tags of the topic, make no topic, no permissions, no tags.
    Buffer.from([0, 0, 0, 0]),
  ])
  const encode = () => Promise.resolve({ buf: body, buffer: body })
  return { apiKey: 3, apiVersion: 12, apiName: 'Metadata', encode }
}

/**
 * The answer up to the first topic's id: header tags, throttle time, brokers, cluster, controller, topics. A broker that
 * does not know this version answers with its error alone.
 */
function decode(answer: Buffer): Promise<Answer> {
  if (answer.length < 20) return Promise.resolve({ code: unsupportedVersion, id: unknownTopicId })
  const at = createReader(answer)
  at.unsignedVarint()
  at.skip(4)
  const brokers = at.unsignedVarint() - 1
  for (let broker = 0; broker < brokers; broker += 1) {
    at.skip(4)
    at.skipText()
    at.skip(4)
    at.skipText()
    at.unsignedVarint()
  }
  at.skipText()
  at.skip(4)
  at.unsignedVarint()
  const code = at.int16()
  at.skipText()
  return Promise.resolve({ code, id: at.uuid() })
}

function asItIs(answer: Answer): Promise<Answer> {
  return Promise.resolve(answer)
}

function createReader(bytes: Buffer) {
  let position = 0
  const skip = (count: number) => {
    position += count
  }
  const readVarint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(position)
      position += 1
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  return {
    skip,
    unsignedVarint: readVarint,
    /** Compact and perhaps null: its length is one more than its bytes, 0 for null. */
    skipText: () => skip(Math.max(0, readVarint() - 1)),
    int16: () => {
      position += 2
      return bytes.readInt16BE(position - 2)
    },
    uuid: () => {
      const hex = bytes.toString('hex', position, position + 16)
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  }
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}
