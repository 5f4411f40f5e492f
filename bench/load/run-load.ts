// Keeps a number of connections busy for a while and tells how many answers came and how long they took.
import { percentile } from '../statistics.ts'
import { runConnection } from './connection.ts'

/** What the load generator is asked to do. */
export interface LoadOrder {
  /** Where to POST to. */
  url: string
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
  /** Share of one core that the load generator itself used, 0 to 1: near 1 it is the load that is measured. */
  loadCpu: number
}

/**
 * @param bodies sent in turn, each as JSON
 * @throws Error when any answer is not a 202
 */
export async function runLoad(order: LoadOrder, bodies: readonly string[]): Promise<LoadResult> {
  const { host, hostname, port, pathname } = new URL(order.url)
  const requests = bodies.map((body) => toRequest(host, pathname, body))
  const startsAt = performance.now() + order.warmUpMs
  const endsAt = startsAt + order.measureMs
  const latencies: number[] = []
  const statuses = new Set<number>()
  let next = 0
  let cpuAtStart: NodeJS.CpuUsage | undefined

  const onAnswer = (status: number, ms: number) => {
    const now = performance.now()
    statuses.add(status)
    if (now < startsAt) return true
    cpuAtStart ??= process.cpuUsage()
    if (now < endsAt) latencies.push(ms)
    return now < endsAt
  }
  const nextRequest = () => {
    next = (next + 1) % requests.length
    return requests[next] as Buffer
  }
  const connections = Array.from({ length: order.connections }, () =>
    runConnection({ host: hostname, port: Number(port), nextRequest, onAnswer }),
  )
  await Promise.all(connections)
  const cpu = process.cpuUsage(cpuAtStart)
  const others = [...statuses].filter((status) => status !== 202)
  if (others.length > 0) throw new Error(`${order.url} answered ${others.join(', ')}`)
  return summarize(latencies, order.measureMs, (cpu.user + cpu.system) / 1000)
}

function summarize(latencies: number[], measuredMs: number, cpuMs: number): LoadResult {
  const sorted = Float64Array.from(latencies).sort()
  return {
    requestsPerSecond: latencies.length / (measuredMs / 1000),
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    loadCpu: cpuMs / measuredMs,
  }
}

function toRequest(host: string, path: string, body: string): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}
