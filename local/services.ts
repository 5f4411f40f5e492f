// The services that `npm start` runs, in the order data flows, which is the order they are stopped in.
import { z } from 'zod'
import { consumerVariables } from '../consumer/config.ts'
import { ingestVariables } from '../ingest/config.ts'
import { saslWhole } from '../kafka/config.ts'
import { reportingVariables } from '../reporting/config.ts'
import { localVariables, toLocalSettings, type LocalSettings } from './config.ts'
import type { embeddedUsers } from './clickhouse-server.ts'

/** One service as the launcher knows it. */
export interface ServiceSpec {
  name: string
  /** Its program, a path below the project's root. */
  program: string
  /** The variable that sets its port, and what it says; 0 is any free one. */
  portVariable: string
  port: number
  /** The user of the embedded ClickHouse it works as; null where it needs none. */
  user: keyof typeof embeddedUsers | null
  /** Milliseconds it may take to stop in order: a little more than its own deadline. */
  stopWithinMs: number
}

export interface LaunchSettings extends LocalSettings {
  logLevel: string
  host: string
  database: string
  groupId: string
  services: ServiceSpec[]
}

/** Every variable of everything that is started, so that all faults are found before anything is. */
export const launchSettings = saslWhole(
  z.object({ ...ingestVariables, ...consumerVariables, ...reportingVariables, ...localVariables }),
).transform((flat): LaunchSettings => ({
  ...toLocalSettings(flat),
  logLevel: flat.LOG_LEVEL,
  host: flat.HOST,
  database: flat.CLICKHOUSE_DATABASE,
  groupId: flat.KAFKA_GROUP_ID,
  services: [
    {
      name: 'ingest',
      program: 'ingest/main.ts',
      portVariable: 'INGEST_PORT',
      port: flat.INGEST_PORT,
      user: null,
      stopWithinMs: 12_000,
    },
    {
      name: 'consumer',
      program: 'consumer/main.ts',
      portVariable: 'CONSUMER_PORT',
      port: flat.CONSUMER_PORT,
      user: 'writer',
      stopWithinMs: 27_000,
    },
    {
      name: 'reporting',
      program: 'reporting/main.ts',
      portVariable: 'REPORTING_PORT',
      port: flat.REPORTING_PORT,
      user: 'reader',
      stopWithinMs: 12_000,
    },
  ],
}))
