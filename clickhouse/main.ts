// `npm run migrate`: brings the database to the shape this program needs, says what it did, and ends.
import { z } from 'zod'
import { logVariables } from '../runtime/config.ts'
import { loadDotEnv, readEnv, SettingsError } from '../runtime/env.ts'
import { createLogger } from '../runtime/logger.ts'
import { readRunningStack } from '../runtime/running-stack.ts'
import { createClickHouse } from './client.ts'
import {
  clickhouseVariables,
  toClickHouseSettings,
  viewTypeVariables,
  type ClickHouseSettings,
} from './config.ts'
import { migrate } from './migrate.ts'

const requestTimeoutMs = 60_000

const variables = z.object({
  ...logVariables,
  ...clickhouseVariables,
  ...viewTypeVariables,
  DATA_DIR: z.string().default('.data'),
})

try {
  loadDotEnv()
  const flat = readEnv(variables)
  const logger = createLogger('migrate', flat.LOG_LEVEL)
  const settings = findDatabase(toClickHouseSettings(flat), flat.DATA_DIR)
  const server = createClickHouse({ ...settings, database: 'default' }, requestTimeoutMs)
  const clickhouse = createClickHouse(settings, requestTimeoutMs)
  const applied = await migrate(server, clickhouse, settings.database, flat.VIEW_EVENT_TYPES)
  logger.info(
    { applied, database: settings.database },
    applied.length > 0 ? 'migrated' : 'nothing to migrate',
  )
  await Promise.all([server.close(), clickhouse.close()])
} catch (error) {
  const { name, message } = error as Error
  console.error(name === SettingsError.name ? message : `The database could not be migrated: ${message}`)
  process.exitCode = 1
}

/** The ClickHouse of a running `npm start`, unless the environment names one. */
function findDatabase(settings: ClickHouseSettings, dataDir: string): ClickHouseSettings {
  const running = process.env['CLICKHOUSE_URL'] ? null : readRunningStack(dataDir)?.clickhouse
  if (!running) return settings
  const { user, password } = running.users?.migrator ?? settings
  return { ...settings, url: running.url, database: running.database, user, password }
}
