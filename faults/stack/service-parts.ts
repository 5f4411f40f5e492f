// The services of a run, each a process of its own that always has the same address.
import { embeddedUsers } from '../../local/clickhouse-server.ts'
import { startService } from '../../local/service-process.ts'
import { launchSettings, type ServiceSpec } from '../../local/services.ts'
import { readEnv } from '../../runtime/env.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createPart, type Part } from './part.ts'
import type { Places } from './places.ts'

export interface ServicePart extends Part {
  /** Where it listens, without a proxy. */
  url: string
  port: number
}

export interface ServiceOrder {
  /** Such as `consumer-1`. */
  name: string
  kind: 'ingest' | 'consumer' | 'reporting'
  port: number
  /** What it finds in its environment, beside its port. */
  env: Record<string, string>
}

const readyWithinMs = 60_000
const host = '127.0.0.1'
const specs = readEnv(launchSettings, {}).services

export function createServicePart(order: ServiceOrder, places: Places, log: Logger): ServicePart {
  const spec = { ...specOf(order.kind), name: order.name, port: order.port }
  const env = {
    ...process.env,
    ...{ HOST: host, LOG_LEVEL: 'info' },
    ...order.env,
    [spec.portVariable]: String(order.port),
    ...(spec.user ? { CLICKHOUSE_USER: embeddedUsers[spec.user], CLICKHOUSE_PASSWORD: '' } : {}),
  }
  const output = places.openLog(order.name)
  const part = createPart(order.name, (signal) =>
    startService(spec, { env, host, log, signal, readyWithinMs, output }),
  )
  return { ...part, port: order.port, url: `http://${host}:${order.port}` }
}

function specOf(kind: string): ServiceSpec {
  const spec = specs.find(({ name }) => name === kind)
  if (!spec) throw new Error(`there is no service ${kind}`)
  return spec
}
