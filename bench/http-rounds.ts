// Single events over HTTP: the limit, the usual way and Tallyline take turns under the same load.
import { once } from 'node:events'
import { startProcess, type BenchProcess } from './bench-process.ts'
import type { BenchStack } from './bench-stack.ts'
import type { LoadAnswer } from './load/main.ts'
import type { LoadOrder, LoadResult } from './load/run-load.ts'

const httpContenders = ['limit', 'usual', 'tallyline'] as const
export type HttpContender = (typeof httpContenders)[number]

export interface HttpSettings {
  rounds: number
  connections: number
  warmUpMs: number
  measureMs: number
}

export interface HttpRound extends LoadResult {
  round: number
  contender: HttpContender
  /** Microseconds of CPU that the service used for a request; null where the system does not tell. */
  serviceCpuUs: number | null
}

/** Runs every contender in every round, after one round that is not counted. */
export async function runHttpRounds(
  stack: BenchStack,
  settings: HttpSettings,
  tell: (text: string) => void,
): Promise<HttpRound[]> {
  const started: BenchProcess[] = []
  const start = async (...parameters: Parameters<typeof startProcess>) => {
    const one = await startProcess(...parameters)
    started.push(one)
    return one
  }
  try {
    const load = await start('bench/load/main.ts', {}, 'load')
    const usual = { ...stack.env, KAFKA_TOPIC: await stack.newTopic('http-usual') }
    const ours = { ...stack.env, KAFKA_TOPIC: await stack.newTopic('http-tallyline'), INGEST_PORT: '0' }
    const services = {
      limit: await start('bench/contenders/bare-http.ts', {}, 'service'),
      usual: await start('bench/contenders/usual-ingest.ts', usual, 'service'),
      tallyline: await start('ingest/main.ts', ours, 'service'),
    }
    const rounds: HttpRound[] = []
    for (let round = 0; round <= settings.rounds; round += 1) {
      for (const contender of httpContenders) {
        tell(round === 0 ? `warming up: ${contender}` : `round ${round} of ${settings.rounds}: ${contender}`)
        const result = await measure(services[contender], load, settings)
        if (round > 0) rounds.push({ round, contender, ...result })
      }
    }
    return rounds
  } finally {
    await Promise.all(started.map((one) => one.stop()))
  }
}

async function measure(
  service: BenchProcess,
  load: BenchProcess,
  { connections, warmUpMs, measureMs }: HttpSettings,
): Promise<LoadResult & { serviceCpuUs: number | null }> {
  const before = service.cpuSeconds()
  const result = await order(load, { url: `${service.url}/event`, connections, warmUpMs, measureMs })
  const after = service.cpuSeconds()
  const requests = (result.requestsPerSecond * (warmUpMs + measureMs)) / 1000
  const serviceCpuUs = before === null || after === null ? null : ((after - before) / requests) * 1e6
  return { ...result, serviceCpuUs }
}

/** @throws Error when the load could not be run, or an answer was not a 202 */
async function order(load: BenchProcess, what: LoadOrder): Promise<LoadResult> {
  const answered = once(load.child, 'message') as Promise<[LoadAnswer]>
  load.child.send(what)
  const [answer] = await Promise.race([answered, load.died])
  if ('failure' in answer) throw new Error(answer.failure)
  return answer.result
}
