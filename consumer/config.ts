// Every setting the consumer has.
import { z } from 'zod'
import { clickhouseVariables, toClickHouseSettings, type ClickHouseSettings } from '../clickhouse/config.ts'
import {
  groupVariables,
  kafkaVariables,
  saslWhole,
  toKafkaSettings,
  type KafkaSettings,
} from '../kafka/config.ts'
import { serviceVariables, type ListenSettings } from '../runtime/config.ts'
import { wholeNumber } from '../runtime/env.ts'
import type { WindowLimits } from './recent-ids/recent-ids.ts'

/** When what came of all partitions is enough to be stored, and how much may be held meanwhile. */
export interface RangeLimits {
  /** Of all partitions together: so much is stored at once. */
  maxRows: number
  maxBytes: number
  /** No row waits longer, milliseconds. */
  maxAgeMs: number
  /** Where few rows come, they wait only so long, milliseconds. */
  quietAgeMs: number
  /** Bytes of all partitions together that may be held before fetching pauses. */
  maxHeldBytes: number
}

export interface ConsumerConfig {
  logLevel: string
  listen: ListenSettings
  kafka: KafkaSettings
  groupId: string
  clickhouse: ClickHouseSettings
  limits: RangeLimits
  /** How long an insert may take to reach the table before the store refuses it. */
  insertTimeoutMs: number
  window: WindowLimits
}

export const consumerVariables = {
  ...serviceVariables('CONSUMER_PORT', 3002, "the consumer's health and metrics"),
  ...kafkaVariables,
  ...groupVariables,
  ...clickhouseVariables,
  RANGE_MAX_ROWS: wholeNumber(100_000, 1, 500_000).describe(
    'Rows of all partitions together after which they are stored',
  ),
  RANGE_MAX_BYTES: wholeNumber(16_777_216, 65_536, 134_217_728).describe(
    'Bytes of rows of all partitions together after which they are stored',
  ),
  RANGE_MAX_AGE_MS: wholeNumber(800, 1, 60_000).describe(
    'Milliseconds after the first of them came at which rows are stored; longer makes fewer, larger inserts',
  ),
  RANGE_QUIET_AGE_MS: wholeNumber(1, 1, 60_000).describe(
    'Milliseconds that rows wait where fewer than 500 a second come; they are stored at most 100 times a second',
  ),
  CONSUMER_MAX_HELD_BYTES: wholeNumber(50_331_648, 1_048_576, 8_589_934_592).describe(
    'Bytes of rows that may wait for ClickHouse in memory before fetching pauses',
  ),
  INSERT_TIMEOUT_MS: wholeNumber(5000, 1000, 12_000).describe(
    'Milliseconds an insert may take to reach the table before ClickHouse refuses it; after a failure nothing else is done about its partitions for so long; a consumer that takes over from one that died waits 2 s longer',
  ),
  DEDUP_WINDOW_IDS: wholeNumber(5_000_000, 1000, 200_000_000).describe(
    'Event ids that each consumer knows again without asking the table, at most 29 bytes each; of up to four times as many before them it keeps 6 bytes, by which it sees that others are new',
  ),
  DEDUP_WINDOW_HOURS: wholeNumber(24, 1, 8760).describe(
    'Hours for which it knows them; an event that is sent again later is still dropped if it carries its own timestamp',
  ),
}

/** No row takes less, so no more of them are held than bytes divided by this. */
const fewestBytesOfRow = 50

/** A window that forgets ids of lines which are still held would take two copies of an event among them for two events. */
const wide = saslWhole(z.object(consumerVariables)).superRefine((flat, ctx) => {
  const least = Math.ceil(flat.CONSUMER_MAX_HELD_BYTES / fewestBytesOfRow)
  if (flat.DEDUP_WINDOW_IDS >= least) return
  const message = `must be at least ${least}, so that it knows all that CONSUMER_MAX_HELD_BYTES may hold`
  ctx.addIssue({ code: 'custom', path: ['DEDUP_WINDOW_IDS'], message })
})

/** The nested settings of the flat variables. */
export const consumerConfig = wide.transform((flat): ConsumerConfig => ({
  logLevel: flat.LOG_LEVEL,
  listen: { host: flat.HOST, port: flat.CONSUMER_PORT, portVariable: 'CONSUMER_PORT' },
  kafka: toKafkaSettings(flat),
  groupId: flat.KAFKA_GROUP_ID,
  clickhouse: toClickHouseSettings(flat),
  limits: {
    maxRows: flat.RANGE_MAX_ROWS,
    maxBytes: flat.RANGE_MAX_BYTES,
    maxAgeMs: flat.RANGE_MAX_AGE_MS,
    quietAgeMs: flat.RANGE_QUIET_AGE_MS,
    maxHeldBytes: flat.CONSUMER_MAX_HELD_BYTES,
  },
  insertTimeoutMs: flat.INSERT_TIMEOUT_MS,
  window: { maxIds: flat.DEDUP_WINDOW_IDS, maxAgeMs: flat.DEDUP_WINDOW_HOURS * 3_600_000 },
}))
