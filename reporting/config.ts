// Every setting reporting has.
import { z } from 'zod'
import {
  clickhouseVariables,
  toClickHouseSettings,
  viewTypeVariables,
  type ClickHouseSettings,
} from '../clickhouse/config.ts'
import { serviceVariables, type ListenSettings } from '../runtime/config.ts'
import { wholeNumber } from '../runtime/env.ts'

export interface ReportingConfig {
  logLevel: string
  listen: ListenSettings
  clickhouse: ClickHouseSettings
  viewTypes: string[]
  queryTimeoutMs: number
}

export const reportingVariables = {
  ...serviceVariables('REPORTING_PORT', 3001, 'reporting'),
  ...clickhouseVariables,
  ...viewTypeVariables,
  QUERY_TIMEOUT_MS: wholeNumber(30_000, 100, 60_000).describe(
    'Milliseconds after which a query without an answer is given up with 503',
  ),
}

/** The nested settings of the flat variables. */
export const reportingConfig = z.object(reportingVariables).transform((flat): ReportingConfig => ({
  logLevel: flat.LOG_LEVEL,
  listen: { host: flat.HOST, port: flat.REPORTING_PORT },
  clickhouse: toClickHouseSettings(flat),
  viewTypes: flat.VIEW_EVENT_TYPES,
  queryTimeoutMs: flat.QUERY_TIMEOUT_MS,
}))
