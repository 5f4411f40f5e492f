// A program that produces to the topic without ingest, as anyone may: events of one site in a record, and now and
// then a record that can never be events.
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs'
import type { RunEvents } from '../events/event-of.ts'
import type { Ledger } from '../events/ledger.ts'
import { pick, wholeBetween, type Random } from '../random.ts'

export interface DirectSettings {
  topic: string
  /** Events a second. */
  rate: number
  random: Random
}

export interface DirectProducer {
  start: () => void
  /** Ends it once everything it began to send has been acknowledged. */
  finish: () => Promise<void>
  /** Ends it at once. */
  stop: () => Promise<void>
  poison: Poison
}

/** Lines that can never be events; each holds `poison-<number>-`, counted from 0. */
export interface Poison {
  /** How many were acknowledged: all up to this number. */
  acknowledged: number
  /** How many times any was handed to Kafka. */
  attempts: number
}

const everyMs = 500
const pauseMs = 300

export function createDirectProducer(
  kafka: Kafka,
  events: RunEvents,
  ledger: Ledger,
  settings: DirectSettings,
): DirectProducer {
  const { random, rate, topic } = settings
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  })
  const finishing = new AbortController()
  const stopping = new AbortController()
  const poison: Poison = { acknowledged: 0, attempts: 0 }
  let running = Promise.resolve()

  const round = async () => {
    const count = Math.ceil((rate * everyMs) / 1000)
    const first = ledger.take(count)
    const numbers = Array.from({ length: count }, (_, index) => first + index)
    const messages = toMessages(events, numbers)
    messages.push(poisonRecord(poison.acknowledged, random, events.sites))
    const onAttempt = () => (poison.attempts += 1)
    if (!(await produce(producer, topic, messages, stopping.signal, onAttempt))) return
    poison.acknowledged += 1
    for (const number of numbers) ledger.acknowledge(number)
  }
  const run = async () => {
    await producer.connect().catch(() => undefined)
    while (!finishing.signal.aborted && !stopping.signal.aborted) {
      await round()
      await sleep(everyMs, undefined, { signal: finishing.signal }).catch(() => undefined)
    }
  }
  const end = async () => {
    finishing.abort()
    await running
    await producer.disconnect().catch(() => undefined)
  }
  return {
    poison,
    start: () => {
      running = run()
    },
    finish: end,
    stop: () => {
      stopping.abort()
      return end()
    },
  }
}

/** Until Kafka has them: whether a request without an answer arrived cannot be known. */
async function produce(
  producer: Producer,
  topic: string,
  messages: Message[],
  signal: AbortSignal,
  onAttempt: () => void,
): Promise<boolean> {
  while (!signal.aborted) {
    onAttempt()
    const isDone = await producer.send({ topic, acks: -1, timeout: 5000, messages }).then(
      () => true,
      () => false,
    )
    if (isDone) return true
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    await producer.connect().catch(() => undefined)
  }
  return false
}

/** One record a site. */
function toMessages(events: RunEvents, numbers: number[]): Message[] {
  const lines = new Map<string, string[]>()
  for (const number of numbers) {
    const event = events.eventOf(number)
    const ofSite = lines.get(event.site_id) ?? []
    ofSite.push(JSON.stringify(event))
    lines.set(event.site_id, ofSite)
  }
  return [...lines].map(([key, texts]) => ({ key, value: texts.join('\n') }))
}

function poisonRecord(number: number, random: Random, sites: readonly string[]): Message {
  const mark = `poison-${number}-`
  const key = sites[wholeBetween(random, 0, sites.length - 1)] ?? ''
  return pick<Message>(random, [
    { key, value: `${mark} {"site_id":` },
    { key, value: Buffer.concat([Buffer.from(mark), Buffer.from([0xff, 0xfe, 0x00])]) },
    { key, value: JSON.stringify({ site_id: key, event_type: 'view', [mark]: 1 }) },
    { key: null, value: JSON.stringify({ site_id: key, event_type: mark }) },
    { key: 'elsewhere', value: JSON.stringify({ site_id: key, event_type: mark }) },
  ])
}
