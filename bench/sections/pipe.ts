// The whole pipe under load for a while: events in over HTTP until GET /stats counts every one of them, with what all
// processes cost meanwhile and what an event takes on disk.
import { setTimeout as sleep } from 'node:timers/promises'
import { contenders, startServices, type Contender, type Services } from '../contenders/services.ts'
import { sites } from '../events.ts'
import { orderLoad, startLoad } from '../load/order-load.ts'
import type { BenchStack } from '../stack/bench-stack.ts'
import { askStats } from './ask-stats.ts'
import { cpuBetween, cpuNow, watchMemory, type Cpu } from './measures.ts'
import { sizeOnDisk, type SizeOnDisk } from './size-on-disk.ts'
import { countSpooled } from './spooled.ts'
import type { Tell } from './tell.ts'

export interface PipeSettings {
  connections: number
  eventsPerRequest: number
  /** Of load that is not counted. */
  warmUpMs: number
  measureMs: number
}

export const pipeProcesses = ['ingest', 'consumer', 'reporting', 'kafka', 'clickhouse'] as const
export type PipeProcess = (typeof pipeProcesses)[number]

export interface PipeRun {
  round: number
  contender: Contender
  events: number
  /** From the first POST to the moment when every event is counted. */
  eventsPerSecond: number
  /** From the last answer to that moment. */
  secondsBehind: number
  /** Seconds of CPU for a million events; null where the system does not tell. */
  cpu: Cpu<PipeProcess>
  /** The most that ingest, consumer and reporting held together. */
  megabytes: number | null
  loadCpu: number
  /** Events that went by way of ingest's own disk. */
  spooled: number
  size: SizeOnDisk
}

/** One run of each: a minute of load is a mean of very many requests by itself. */
export async function runPipe(stack: BenchStack, settings: PipeSettings, tell: Tell): Promise<PipeRun[]> {
  const runs: PipeRun[] = []
  for (const contender of contenders) {
    await stack.makeTables()
    runs.push(await runOne(stack, contender, settings, tell))
    await stack.dropTopics()
  }
  return runs
}

async function runOne(
  stack: BenchStack,
  contender: Contender,
  { warmUpMs, measureMs, connections, eventsPerRequest }: PipeSettings,
  tell: Tell,
): Promise<PipeRun> {
  const services = await startServices(stack, contender)
  const load = await startLoad('anywhere')
  const order = { url: `${services.ingest.url}/events`, eventsPerRequest, connections, warmUpMs: 0 }
  const pids = pidsOf(stack, services)
  const memory = watchMemory([pids.ingest, pids.consumer, pids.reporting])
  try {
    tell(`warming up: ${contender}`)
    const warm = (await orderLoad(load, { ...order, measureMs: warmUpMs })).answers * eventsPerRequest
    await untilCounted(services, warm)
    tell(`${contender} for ${measureMs / 1000} s`)
    const before = cpuNow(pids)
    const startedAt = performance.now()
    const { answers, loadCpu } = await orderLoad(load, { ...order, measureMs })
    const answeredAt = performance.now()
    const events = answers * eventsPerRequest
    await untilCounted(services, warm + events)
    const countedAt = performance.now()
    const cpu = cpuBetween(before, cpuNow(pids), events / 1e6)
    tell(`${contender}: merging to one part`)
    return {
      ...{ round: 1, contender, events, cpu, megabytes: memory.most(), loadCpu },
      eventsPerSecond: (events / (countedAt - startedAt)) * 1000,
      secondsBehind: (countedAt - answeredAt) / 1000,
      spooled: await countSpooled(services),
      size: await sizeOnDisk(stack, services.table),
    }
  } finally {
    memory.end()
    await Promise.all([load.stop(), services.stop()])
  }
}

function pidsOf({ pids }: BenchStack, services: Services): Record<PipeProcess, () => number | undefined> {
  return {
    ...pids,
    ingest: () => services.ingest.child.pid,
    consumer: () => services.consumer.child.pid,
    reporting: () => services.reporting.child.pid,
  }
}

const pauseMs = 100
const withinMs = 300_000

/** @throws Error when the sum over all sites is not that of the accepted events in time */
async function untilCounted(services: Services, events: number): Promise<void> {
  const deadline = performance.now() + withinMs
  for (;;) {
    let counted = 0
    for (const site of sites) {
      const { total_views: views } = await askStats(services.reporting, { site_id: site })
      counted += views
    }
    if (counted === events) return
    const isOver = counted > events || performance.now() > deadline
    if (isOver) throw new Error(`/stats counts ${counted} of ${events} accepted events`)
    await sleep(pauseMs)
  }
}
