// Kafka and ClickHouse as the usual services open them: what their environment names, with the clients' defaults.
import { createClient } from '@clickhouse/client'
import kafkajs from 'kafkajs'

export const env = (name: string): string => process.env[name] ?? ''

export function openKafka(clientId: string): kafkajs.Kafka {
  const brokers = env('KAFKA_BROKERS').split(',')
  return new kafkajs.Kafka({ clientId, brokers, logLevel: kafkajs.logLevel.ERROR })
}

export function openClickHouse() {
  return createClient({
    url: env('CLICKHOUSE_URL'),
    database: env('CLICKHOUSE_DATABASE'),
    username: env('CLICKHOUSE_USER'),
    password: env('CLICKHOUSE_PASSWORD'),
    clickhouse_settings: { async_insert: 0 },
  })
}
