// How a run itself reads the tables and the topic: without a proxy, as users that may only read.
import type { Admin, Kafka } from 'kafkajs'
import { createClickHouse, type ClickHouse } from '../../clickhouse/client.ts'
import { createKafka } from '../../kafka/client.ts'
import { embeddedUsers } from '../../local/clickhouse-server.ts'
import { createLogger } from '../../runtime/logger.ts'
import type { FaultStack } from '../stack/fault-stack.ts'
import { database } from '../stack/stores.ts'

export interface Stores {
  clickhouse: ClickHouse
  kafka: Kafka
  /** Runs `work` with an admin client that is connected; a broken one is replaced. */
  withAdmin: <T>(work: (admin: Admin) => Promise<T>) => Promise<T>
  close: () => Promise<void>
}

const queryTimeoutMs = 60_000
const kafkaTimeoutMs = 5000

export function openStores({ clickhouse, kafka: { address } }: FaultStack): Stores {
  const reader = createClickHouse(
    { url: clickhouse.url, database, user: embeddedUsers.reader, password: '', ca: null },
    queryTimeoutMs,
  )
  const logger = createLogger('faults', 'silent')
  const kafka = createKafka({ brokers: [address], tls: null, sasl: null }, 'faults', logger, kafkaTimeoutMs)
  let admin: Admin | null = null
  const drop = async () => {
    const dropped = admin
    admin = null
    await dropped?.disconnect().catch(() => undefined)
  }
  return {
    clickhouse: reader,
    kafka,
    withAdmin: async (work) => {
      try {
        if (!admin) {
          const next = kafka.admin({ retry: { retries: 0 } })
          await next.connect()
          admin = next
        }
        return await work(admin)
      } catch (error) {
        await drop()
        throw error
      }
    },
    close: async () => {
      await Promise.all([drop(), reader.close()])
    },
  }
}

/** The rows of a SELECT; numbers of 64 bits as numbers. */
export async function rowsOf<Row>(
  clickhouse: ClickHouse,
  query: string,
  params: Record<string, unknown> = {},
): Promise<Row[]> {
  const result = await clickhouse.query({
    query,
    query_params: params,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return result.json<Row>()
}
