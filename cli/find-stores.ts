// Which Kafka and ClickHouse a command works on when nobody says: those of the `npm start` that runs on the data folder,
// unless the environment names others.
import { z } from 'zod'
import { clickhouseVariables, toClickHouseSettings, type ClickHouseSettings } from '../clickhouse/config.ts'
import {
  groupVariables,
  kafkaVariables,
  saslWhole,
  toKafkaSettings,
  type KafkaSettings,
} from '../kafka/config.ts'
import { logVariables } from '../runtime/config.ts'
import { readEnv } from '../runtime/env.ts'
import { readRunningStack, type RunningStack } from '../runtime/running-stack.ts'

export interface Stores {
  kafka: KafkaSettings
  groupId: string
  clickhouse: ClickHouseSettings
}

const variables = saslWhole(
  z.object({
    ...logVariables,
    ...kafkaVariables,
    ...groupVariables,
    ...clickhouseVariables,
    DATA_DIR: z.string().default('.data'),
  }),
)

/**
 * Both stores and the consumers' group. On an embedded ClickHouse the command works as its writer.
 * @throws SettingsError when the environment cannot be used
 */
export function findStores(environment: Record<string, string | undefined>): Stores {
  const flat = readEnv(variables, environment)
  const running = readRunningStack(flat.DATA_DIR)
  const isNamed = (name: string) => (environment[name] ?? '').trim() !== ''
  const kafka = toKafkaSettings(flat)
  const clickhouse = toClickHouseSettings(flat)
  return {
    groupId: flat.KAFKA_GROUP_ID,
    kafka: running && !isNamed('KAFKA_BROKERS') ? { ...kafka, brokers: running.brokers } : kafka,
    clickhouse:
      running && !isNamed('CLICKHOUSE_URL') ? withRunning(clickhouse, running.clickhouse) : clickhouse,
  }
}

function withRunning(settings: ClickHouseSettings, running: RunningStack['clickhouse']): ClickHouseSettings {
  const { user, password } = running.users?.writer ?? settings
  return { ...settings, url: running.url, database: running.database, user, password }
}
