// Fills topics with events as each contender's own ingest leaves them there.
import kafkajs, { type Kafka } from 'kafkajs'
import { createSender } from '../../client/sender.ts'
import { startProcess } from '../bench-process.ts'
import { toUsualMessage } from '../contenders/usual-event.ts'
import { createEvents } from '../events.ts'
import type { BenchStack } from './bench-stack.ts'

/** Events of one POST /events, and of one request of the usual producer. */
const batchEvents = 1000
const messagesPerSend = 5000

/** Posts `events` events to Tallyline's ingest, in batches, as its importer does. */
export async function fillByTallyline(stack: BenchStack, topic: string, events: number): Promise<void> {
  const next = createEvents(Date.now())
  const ingest = await startProcess('ingest/main.ts', { ...stack.env, KAFKA_TOPIC: topic, INGEST_PORT: '0' })
  try {
    let accepted = 0
    const sender = createSender<null>({
      url: ingest.url,
      batchEvents,
      settled: (outcome) => (accepted += outcome.accepted.length),
    })
    for (let sent = 0; sent < events; sent += 1) await sender.send(next(), null)
    await sender.flush()
    if (accepted !== events) throw new Error(`ingest accepted ${accepted} of ${events} events`)
  } finally {
    await ingest.stop()
  }
}

/** Produces `events` messages as the usual ingest does, only many in one request. */
export async function fillByUsual(kafka: Kafka, topic: string, events: number): Promise<void> {
  const next = createEvents(Date.now())
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  try {
    for (let left = events; left > 0; left -= messagesPerSend) {
      const length = Math.min(messagesPerSend, left)
      const messages = Array.from({ length }, () => toUsualMessage(next()))
      await producer.send({ topic, acks: -1, messages })
    }
  } finally {
    await producer.disconnect()
  }
}
