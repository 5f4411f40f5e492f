// Keeps a number of connections busy for a while and tells how many answers came and how long they took.
import { percentile } from '../statistics.ts'
import { runConnection } from './connection.ts'
import { createRequests, type LinePool, type RequestSettings } from './requests.ts'

/** What the load generator is asked to do. */
export interface LoadOrder extends RequestSettings {
  connections: number
  /** Milliseconds before counting begins. */
  warmUpMs: number
  /** Milliseconds that are counted. */
  measureMs: number
}

export interface LoadResult {
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  p999Ms: number
  /** Answers in all, those that are not counted as well: as many requests were accepted. */
  answers: number
  /** Share of one core that the load generator itself used, 0 to 1: near 1 it is the load that is measured. */
  loadCpu: number
}

/** @throws Error when any answer is not a 202 */
export async function runLoad(order: LoadOrder, pool: LinePool): Promise<LoadResult> {
  const { hostname, port } = new URL(order.url)
  const next = createRequests(pool, order, order.connections)
  const startsAt = performance.now() + order.warmUpMs
  const endsAt = startsAt + order.measureMs
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  let cpuAtStart: NodeJS.CpuUsage | undefined

  const onAnswer = (status: number, ms: number) => {
    const now = performance.now()
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (now < startsAt) return true
    cpuAtStart ??= process.cpuUsage()
    if (now < endsAt) latencies.push(ms)
    return now < endsAt
  }
  const connections = Array.from({ length: order.connections }, (_, connection) =>
    runConnection({ host: hostname, port: Number(port), nextRequest: () => next(connection), onAnswer }),
  )
  await Promise.all(connections)
  const cpu = process.cpuUsage(cpuAtStart)
  const others = [...statuses.keys()].filter((status) => status !== 202)
  if (others.length > 0) throw new Error(`${order.url} answered ${others.join(', ')}`)
  const answers = statuses.get(202) ?? 0
  return { answers, ...summarize(latencies, order.measureMs, (cpu.user + cpu.system) / 1000) }
}

function summarize(latencies: number[], measuredMs: number, cpuMs: number): Omit<LoadResult, 'answers'> {
  const sorted = Float64Array.from(latencies).sort()
  return {
    requestsPerSecond: latencies.length / (measuredMs / 1000),
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    p999Ms: percentile(sorted, 0.999),
    loadCpu: cpuMs / measuredMs,
  }
}
