// Opens the ClickHouse client with our settings.
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client'
import type { ClickHouseSettings } from './config.ts'

export type ClickHouse = ClickHouseClient

/**
 * A client for one process. Opens nothing until the first query.
 * @param requestTimeoutMs after this long without an answer a request fails with an unknown outcome
 */
export function createClickHouse(settings: ClickHouseSettings, requestTimeoutMs: number): ClickHouse {
  return createClient({
    url: settings.url,
    database: settings.database,
    username: settings.user,
    password: settings.password,
    application: 'tallyline',
    request_timeout: requestTimeoutMs,
    max_open_connections: 10,
    // Every failure is thrown; whoever catches it knows more than the client's own log line.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: true, idle_socket_ttl: 1500, eagerly_destroy_stale_sockets: true },
    ...(settings.ca ? { tls: { ca_cert: settings.ca } } : {}),
  })
}

/**
 * Resolves when ClickHouse answers this user.
 * @throws Error with the reason where it does not
 */
export async function pingClickHouse(clickhouse: ClickHouse): Promise<void> {
  const result = await clickhouse.ping({ select: true })
  if (!result.success) throw result.error
}
