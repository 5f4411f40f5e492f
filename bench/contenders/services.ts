// The services of a contender, all of them running: what comes in by HTTP is stored and can be asked for.
import { startProcess, type BenchProcess } from '../bench-process.ts'
import type { Place } from '../machine.ts'
import type { BenchStack } from '../stack/bench-stack.ts'
import { usualTable } from './usual-table.ts'

export const contenders = ['usual', 'tallyline'] as const
export type Contender = (typeof contenders)[number]

/** Where the events of each come to, and how it calls the site. */
export const tables = {
  usual: { name: usualTable, site: 'site' },
  tallyline: { name: 'events', site: 'site_id' },
} as const

const programs = {
  usual: {
    ingest: 'bench/contenders/usual-ingest.ts',
    consumer: 'bench/contenders/usual-consumer.ts',
    reporting: 'bench/contenders/usual-stats.ts',
  },
  tallyline: { ingest: 'ingest/main.ts', consumer: 'consumer/main.ts', reporting: 'reporting/main.ts' },
} as const

export interface Services {
  ingest: BenchProcess
  consumer: BenchProcess
  reporting: BenchProcess
  /** The table they store to. */
  table: string
  stop: () => Promise<void>
}

/**
 * Starts a contender on a topic of its own; resolves when its consumer has its partitions.
 * @param place where its ingest runs; the others run anywhere
 */
export async function startServices(
  stack: BenchStack,
  contender: Contender,
  place: Place = 'anywhere',
): Promise<Services> {
  const group = stack.newGroup(contender)
  const topic = await stack.newTopic(contender)
  const shared = { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: group }
  const started: BenchProcess[] = []
  const stop = async () => {
    await Promise.all(started.map((one) => one.stop()))
  }
  const start = async (...parameters: Parameters<typeof startProcess>) => {
    const one = await startProcess(...parameters)
    started.push(one)
    return one
  }
  const { ingest, consumer, reporting } = programs[contender]
  try {
    const services = {
      consumer: await start(consumer, { ...stack.envAs('writer'), ...shared, CONSUMER_PORT: '0' }),
      ingest: await start(ingest, { ...stack.env, ...shared, INGEST_PORT: '0' }, place),
      reporting: await start(reporting, { ...stack.envAs('reader'), ...shared, REPORTING_PORT: '0' }),
    }
    await stack.groupIsComplete(group)
    return { ...services, table: tables[contender].name, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
