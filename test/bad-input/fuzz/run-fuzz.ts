// A run: sends every case over many connections at once, then holds what is stored against what was accepted.
import { Agent } from 'node:http'
import kafkajs, { type Kafka } from 'kafkajs'
import { createKafka } from '../../../kafka/client.ts'
import { testLogger } from '../../support/fresh.ts'
import { startServices, type TestStack } from '../services.ts'
import type { AttemptParts } from './attempt.ts'
import { createFaultsFound, type OnFault } from './faults-found.ts'
import { watchMemory, type MemoryFigures } from './memory.ts'
import { checkBooks, countLines, type LogLines } from './oracle/check-books.ts'
import { checkNumbers } from './oracle/check-numbers.ts'
import { checkStore, type StoreFigures } from './oracle/check-store.ts'
import { createLedger } from './oracle/ledger.ts'
import { readLog } from './oracle/read-log.ts'
import { openStore, type Store } from './oracle/stored-rows.ts'
import { sendAll, shrinkFailed, type FuzzOptions, type Outcomes } from './send-all.ts'
import { storeAll } from './store-all.ts'

export interface FuzzReport {
  outcomes: Outcomes
  /** Null where not everything was stored. */
  stored: StoreFigures | null
  /** Of each service, by its name. */
  memory: Map<string, MemoryFigures>
  /** How long it took to send, to store what was left, and to check. */
  seconds: [number, number, number]
  faults: string[]
}

/** What no service may hold at any time, in bytes: far more than any needs, far less than what is sent. */
const mostMemory = 768_000_000

/** All that a run works with. */
interface Tools extends Omit<AttemptParts, 'ending'> {
  kafka: Kafka
  store: Store
}

/** Runs the services over a topic and a database of their own, and all cases through them. */
export async function runFuzz(stack: TestStack, options: FuzzOptions): Promise<FuzzReport> {
  const services = await startServices(stack)
  const kafka = createKafka({ brokers: stack.brokers, tls: null, sasl: null }, 'fuzz', testLogger())
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  const store = openStore(services.clickhouse)
  const agent = new Agent({ keepAlive: true })
  try {
    await producer.connect()
    return await run({ services, kafka, producer, store, agent, ledger: createLedger() }, options)
  } finally {
    agent.destroy()
    await Promise.all([producer.disconnect(), store.close()])
    await services.stop()
  }
}

async function run(tools: Tools, options: FuzzOptions): Promise<FuzzReport> {
  const { services } = tools
  const faults = createFaultsFound(options.seed, services)
  const all = [services.ingest, services.consumer, services.reporting]
  const watch = await watchMemory(all)
  const from = Date.now()
  const { outcomes, failed } = await sendAll(tools, options, faults.add, () =>
    all.some(({ isUp }) => !isUp()),
  )
  const sentAt = Date.now()
  const stored = await storeAndCheck(tools, options, { from, to: sentAt }, faults.add)
  const memory = await watch.stop()
  await shrinkFailed(tools, options.seed, failed, faults.add)
  for (const { name, isUp, errors } of all) {
    const { peak } = memory.get(name) ?? { peak: 0 }
    if (peak > mostMemory) faults.add(null, `${name} held ${peak} bytes of memory, more than ${mostMemory}`)
    if (!isUp()) faults.add(null, `${name} has ended`)
    for (const line of errors()) faults.add(null, `${name} logged ${line}`)
  }
  const storedAt = stored?.storedAt ?? Date.now()
  const seconds = [sentAt - from, storedAt - sentAt, Date.now() - storedAt].map((ms) => ms / 1000)
  return {
    outcomes,
    stored: stored?.figures ?? null,
    memory,
    seconds: seconds as [number, number, number],
    faults: faults.all(),
  }
}

async function storeAndCheck(
  tools: Tools,
  { first, cases }: FuzzOptions,
  sending: { from: number; to: number },
  onFault: OnFault,
): Promise<{ figures: StoreFigures; storedAt: number } | null> {
  const { services, kafka, store, ledger } = tools
  try {
    await storeAll({ ...tools, ending: AbortSignal.abort() }, first + cases, store)
    const storedAt = Date.now()
    const figures = await checkStore(store, ledger, sending, onFault)
    const log: LogLines = new Map()
    await readLog(kafka, services.topic, (partition, { key, value }) =>
      countLines(log, partition, key, value),
    )
    await checkBooks(store, log, figures, onFault)
    await checkNumbers(services.reporting.url, figures.sites, onFault)
    return { figures, storedAt }
  } catch (error) {
    onFault(null, (error as Error).message)
    return null
  }
}
