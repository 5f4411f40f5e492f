// Every setting reporting has.
import { z } from 'zod'
import {
  clickhouseVariables,
  toClickHouseSettings,
  viewTypeVariables,
  type ClickHouseSettings,
} from '../clickhouse/config.ts'
import {
  groupVariables,
  kafkaVariables,
  saslWhole,
  toKafkaSettings,
  type KafkaSettings,
} from '../kafka/config.ts'
import { serviceVariables, type ListenSettings } from '../runtime/config.ts'
import { wholeNumber } from '../runtime/env.ts'
import type { WaitLimits } from './freshness/waiting.ts'

export interface ReportingConfig {
  logLevel: string
  listen: ListenSettings
  kafka: KafkaSettings
  /** The consumers whose progress is told. */
  groupId: string
  clickhouse: ClickHouseSettings
  viewTypes: string[]
  queryTimeoutMs: number
  waits: WaitLimits
}

export const reportingVariables = {
  ...serviceVariables('REPORTING_PORT', 3001, 'reporting'),
  ...kafkaVariables,
  ...groupVariables,
  ...clickhouseVariables,
  ...viewTypeVariables,
  QUERY_TIMEOUT_MS: wholeNumber(30_000, 100, 60_000).describe(
    'Milliseconds after which a query without an answer is given up with 503',
  ),
  AFTER_WAIT_MS: wholeNumber(10_000, 0, 60_000).describe(
    'Milliseconds that a request with `after` waits at most until its position is counted',
  ),
  AFTER_MAX_WAITING: wholeNumber(1000, 1, 100_000).describe(
    'Requests that may wait for a position at the same time; more are answered with 503',
  ),
}

/** The nested settings of the flat variables. */
export const reportingConfig = saslWhole(z.object(reportingVariables)).transform((flat): ReportingConfig => ({
  logLevel: flat.LOG_LEVEL,
  listen: { host: flat.HOST, port: flat.REPORTING_PORT, portVariable: 'REPORTING_PORT' },
  kafka: toKafkaSettings(flat),
  groupId: flat.KAFKA_GROUP_ID,
  clickhouse: toClickHouseSettings(flat),
  viewTypes: flat.VIEW_EVENT_TYPES,
  queryTimeoutMs: flat.QUERY_TIMEOUT_MS,
  waits: { waitMs: flat.AFTER_WAIT_MS, mostWaiting: flat.AFTER_MAX_WAITING },
}))
