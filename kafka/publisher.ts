// Gathers lines and sends them together: while one request is on its way to Kafka, everything that arrives waits
// for the next, so requests grow with the load and an idle publisher sends at once. Lines of one site in one
// request travel as one record. A waiter is settled only after every in-sync replica has all of its lines.
import kafkajs, { type Kafka, type Producer } from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import { takeRecords, type Piece } from './pack-records.ts'
import { partitionOf } from './partition-of.ts'

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
  const queues = new Map<number, Piece<Waiter>[]>()
  let pendingBytes = 0
  let sending: Promise<void> | null = null

  const publish = (siteId: string, lines: string[]) =>
    new Promise<Position>((resolve, reject) => {
      const pieces = cut(lines, settings)
      const bytes = bytesOf(pieces)
      if (pendingBytes + bytes > settings.maxPendingBytes) {
        reject(new NotPublished('too many events are waiting for Kafka'))
        return
      }
      pendingBytes += bytes
      const waiter = waitFor(pieces.length, settings.timeoutMs, resolve, reject)
      const partition = partitionOf(siteId, settings.partitions)
      const queue = queues.get(partition) ?? []
      queues.set(partition, queue)
      for (const piece of pieces) queue.push({ ...piece, siteId, waiter })
      sending ??= sendAll()
    })

  const sendAll = async () => {
    // Everything that arrives in the same turn of the event loop goes out together.
    await new Promise(setImmediate)
    while (hasPieces()) await sendOnce()
    sending = null
  }

  /** Whether anybody still waits. Forgets what was given up. */
  const hasPieces = () => {
    for (const [partition, queue] of queues) {
      const wanted = queue.filter(({ waiter }) => !waiter.givenUp)
      pendingBytes -= bytesOf(queue) - bytesOf(wanted)
      if (wanted.length > 0) queues.set(partition, wanted)
      else queues.delete(partition)
    }
    return queues.size > 0
  }

  const sendOnce = async () => {
    const taken = [...queues].map(([partition, queue]) => ({
      partition,
      ...takeRecords(queue, maxBytesPerPartition, settings),
    }))
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
      for (const { bytes } of taken) pendingBytes -= bytes
    }
  }

  return {
    connect: () => producer.connect(),
    publish,
    pendingBytes: () => pendingBytes,
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

function bytesOf(pieces: { bytes: number }[]): number {
  return pieces.reduce((sum, piece) => sum + piece.bytes, 0)
}

/** The lines as texts of at most one record each. A line longer than a record may be travels alone. */
function cut(lines: string[], limits: PublisherSettings): { text: string; bytes: number; events: number }[] {
  const pieces: { text: string; bytes: number; events: number }[] = []
  let last: (typeof pieces)[number] | undefined
  for (const line of lines) {
    const bytes = Buffer.byteLength(line) + 1
    if (last && last.events < limits.maxEventsPerRecord && last.bytes + bytes <= limits.maxBytesPerRecord) {
      last.text += `\n${line}`
      last.bytes += bytes
      last.events += 1
    } else {
      last = { text: line, bytes, events: 1 }
      pieces.push(last)
    }
  }
  return pieces
}

type Taken = { partition: number } & ReturnType<typeof takeRecords<Waiter>>

/** Sends with acks = all. Returns the offset of the first record of each partition. */
async function send(producer: Producer, topic: string, taken: Taken[]): Promise<Map<number, number>> {
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
