// Gathers lines and sends them together: while one request is on its way to Kafka, everything that arrives waits
// for the next, so requests grow with the load and an idle publisher sends at once. Lines of one site in one
// request travel as one record. A waiter is settled only after every in-sync replica has all of its lines.
import kafkajs, { type Kafka, type Producer } from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import type { Piece } from './pack-records.ts'
import { partitionOf } from './partition-of.ts'
import { bytesOf, createWaitingLines, cutLines, type Taken } from './waiting-lines.ts'

/** Lines that Kafka did not acknowledge. They may be stored all the same: the answer may be what was lost. */
export class NotPublished extends Error {
  override name = 'NotPublished'
}

/** Where lines stand in the log: the highest offset of each partition. */
export type Position = Map<number, number>

export interface Publisher {
  /** Connects to Kafka. Rejects when no broker answers. */
  connect: () => Promise<void>
  /**
   * Keeps lines of one site, in order.
   * @throws NotPublished when Kafka did not acknowledge in time, or too much is waiting already
   */
  publish: (siteId: string, lines: string[]) => Promise<Position>
  /** Bytes that wait for Kafka. */
  pendingBytes: () => number
  /** Waits for what was published, then disconnects. */
  stop: () => Promise<void>
}

export interface PublisherSettings {
  topic: string
  partitions: number
  /** A waiter is told that Kafka did not acknowledge after this many milliseconds. */
  timeoutMs: number
  /** Bytes that may wait; more are refused. */
  maxPendingBytes: number
  /** Most events in one record; 1 gives every event a record of its own. */
  maxEventsPerRecord: number
  /** Most bytes in one record of several events. */
  maxBytesPerRecord: number
}

/** The most bytes of one partition in one request: it is one record set, which max.message.bytes bounds. */
const maxBytesPerPartition = 800_000

/** One call of `publish`: settled when no piece of it is left. */
interface Waiter {
  position: Position
  left: number
  /** Told already that Kafka did not acknowledge: what of it was not sent yet is not sent any more. */
  givenUp: boolean
  resolve: (position: Position) => void
  reject: (error: NotPublished) => void
}

export function createPublisher(kafka: Kafka, settings: PublisherSettings, logger: Logger): Publisher {
  const producer = createProducer(kafka)
  const waiting = createWaitingLines<Waiter>(({ givenUp }) => !givenUp)
  let sending: Promise<void> | null = null

  const publish = (siteId: string, lines: string[]) =>
    new Promise<Position>((resolve, reject) => {
      const texts = cutLines(lines, Buffer.byteLength(siteId), settings)
      if (waiting.bytes() + bytesOf(texts) > settings.maxPendingBytes) {
        reject(new NotPublished('too many events are waiting for Kafka'))
        return
      }
      const waiter = waitFor(texts.length, settings.timeoutMs, resolve, reject)
      const pieces = texts.map((text) => ({ ...text, siteId, waiter }))
      waiting.add(partitionOf(siteId, settings.partitions), pieces)
      sending ??= sendAll()
    })

  const sendAll = async () => {
    // Everything that arrives in the same turn of the event loop goes out together.
    await new Promise(setImmediate)
    while (waiting.isWanted()) await sendOnce()
    sending = null
  }

  const sendOnce = async () => {
    const taken = waiting.take(maxBytesPerPartition, settings)
    try {
      const offsets = await send(producer, settings.topic, taken)
      for (const { partition, records } of taken) {
        const base = offsets.get(partition) ?? 0
        records.forEach((record, index) => settle(record.pieces, partition, base + index))
      }
    } catch (error) {
      logger.warn({ err: error }, 'kafka did not take events')
      for (const { records } of taken) for (const { pieces } of records) refuse(pieces)
    } finally {
      waiting.forget(taken)
    }
  }

  return {
    connect: () => producer.connect(),
    publish,
    pendingBytes: waiting.bytes,
    stop: async () => {
      await sending
      await producer.disconnect()
    },
  }
}

function createProducer(kafka: Kafka): Producer {
  return kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 50, maxRetryTime: 300, retries: 3 },
  })
}

function waitFor(
  pieces: number,
  timeoutMs: number,
  resolve: Waiter['resolve'],
  reject: Waiter['reject'],
): Waiter {
  const waiter: Waiter = {
    position: new Map(),
    left: pieces,
    givenUp: false,
    resolve: (position) => {
      clearTimeout(timer)
      resolve(position)
    },
    reject: (error) => {
      clearTimeout(timer)
      waiter.givenUp = true
      reject(error)
    },
  }
  const timer = setTimeout(
    () => waiter.reject(new NotPublished('Kafka did not acknowledge in time')),
    timeoutMs,
  )
  return waiter
}

/** Sends with acks = all. Returns the offset of the first record of each partition. */
async function send(producer: Producer, topic: string, taken: Taken<Waiter>[]): Promise<Map<number, number>> {
  const messages = taken.flatMap(({ partition, records }) =>
    records.map(({ siteId, value }) => ({ key: siteId, value, partition })),
  )
  const answers = await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] })
  return new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]))
}

function settle(pieces: Piece<Waiter>[], partition: number, offset: number): void {
  for (const { waiter } of pieces) {
    waiter.position.set(partition, offset)
    waiter.left -= 1
    if (waiter.left === 0) waiter.resolve(waiter.position)
  }
}

function refuse(pieces: Piece<Waiter>[]): void {
  for (const { waiter } of pieces) waiter.reject(new NotPublished('Kafka did not acknowledge'))
}
