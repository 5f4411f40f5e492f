// Events over HTTP, one or many a request: the contenders take turns under the same load, each with its own consumer
// storing behind it.
import { startProcess, type BenchProcess } from '../bench-process.ts'
import { startServices, type Contender, type Services } from '../contenders/services.ts'
import { orderLoad, startLoad } from '../load/order-load.ts'
import type { LoadResult } from '../load/run-load.ts'
import type { BenchStack } from '../stack/bench-stack.ts'
import { countSpooled } from './spooled.ts'
import type { Tell } from './tell.ts'

export type HttpContender = Contender | 'limit'

export interface HttpSettings {
  rounds: number
  connections: number
  eventsPerRequest: number
  /** Of the round that is not counted: Java and Node need many requests until they are as fast as they get. */
  firstMs: number
  warmUpMs: number
  measureMs: number
}

export interface HttpRound extends Omit<LoadResult, 'answers'> {
  round: number
  contender: HttpContender
  eventsPerSecond: number
  /** Microseconds of CPU that the service used for a request; null where the system does not tell. */
  serviceCpuUs: number | null
  /** Events that went by way of ingest's own disk, since the section began. */
  spooled: number
}

/** Single events: the limit, node:http that keeps nothing, takes turns too. */
export function runSingle(stack: BenchStack, settings: HttpSettings, tell: Tell): Promise<HttpRound[]> {
  return runHttpRounds(stack, settings, tell, ['limit', 'usual', 'tallyline'])
}

export function runBatches(stack: BenchStack, settings: HttpSettings, tell: Tell): Promise<HttpRound[]> {
  return runHttpRounds(stack, settings, tell, ['usual', 'tallyline'])
}

/** What takes part: the service that is asked, and what has to be stored before others have their turn. */
interface Part {
  ingest: BenchProcess
  services: Services | null
  accepted: number
  stop: () => Promise<void>
}

/** Runs every contender in every round, after one round that is not counted. */
async function runHttpRounds(
  stack: BenchStack,
  settings: HttpSettings,
  tell: Tell,
  contenders: HttpContender[],
): Promise<HttpRound[]> {
  await stack.makeTables()
  const first = { ...settings, measureMs: settings.firstMs }
  const load = await startLoad('load')
  const parts = new Map<HttpContender, Part>()
  try {
    for (const contender of contenders) parts.set(contender, await startPart(stack, contender))
    const rounds: HttpRound[] = []
    for (let round = 0; round <= settings.rounds; round += 1) {
      for (const [contender, part] of parts) {
        tell(round === 0 ? `warming up: ${contender}` : `round ${round} of ${settings.rounds}: ${contender}`)
        const result = await measure(part, load, round === 0 ? first : settings)
        if (part.services) await stack.untilRows(part.services.table, part.accepted)
        if (round > 0) rounds.push({ round, contender, ...result })
      }
    }
    return rounds
  } finally {
    await Promise.all([load, ...parts.values()].map((one) => one.stop()))
  }
}

async function startPart(stack: BenchStack, contender: HttpContender): Promise<Part> {
  if (contender === 'limit') {
    const ingest = await startProcess('bench/contenders/bare-http.ts', {}, 'service')
    return { ingest, services: null, accepted: 0, stop: ingest.stop }
  }
  const services = await startServices(stack, contender, 'service')
  return { ingest: services.ingest, services, accepted: 0, stop: services.stop }
}

async function measure(
  part: Part,
  load: BenchProcess,
  { connections, eventsPerRequest, warmUpMs, measureMs }: HttpSettings,
): Promise<Omit<HttpRound, 'round' | 'contender'>> {
  const url = `${part.ingest.url}/${eventsPerRequest === 1 ? 'event' : 'events'}`
  const before = part.ingest.cpuSeconds()
  const order = { url, eventsPerRequest, connections, warmUpMs, measureMs }
  const { answers, ...result } = await orderLoad(load, order)
  const after = part.ingest.cpuSeconds()
  part.accepted += answers * eventsPerRequest
  const serviceCpuUs = before === null || after === null ? null : ((after - before) / answers) * 1e6
  const spooled = part.services ? await countSpooled(part.services) : 0
  return { ...result, eventsPerSecond: result.requestsPerSecond * eventsPerRequest, serviceCpuUs, spooled }
}
