// The settings of everything that talks to ClickHouse.
import { z } from 'zod'
import { fileText, list } from '../runtime/env.ts'

/** How to reach ClickHouse. Each service may have a user of its own. */
export interface ClickHouseSettings {
  url: string
  database: string
  user: string
  password: string
  ca: Buffer | null
}

export const clickhouseVariables = {
  CLICKHOUSE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address, such as http://127.0.0.1:8123' })
    .default('http://127.0.0.1:8123')
    .describe('HTTP address of ClickHouse'),
  CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,60}$/, 'must be a plain name of letters, digits and _')
    .default('analytics')
    .describe('Database that holds the tables'),
  CLICKHOUSE_USER: z.string().default('default').describe('ClickHouse user of this process'),
  CLICKHOUSE_PASSWORD: z.string().default('').describe('Password of that user'),
  CLICKHOUSE_CA_FILE: fileText().describe('File with the certificate authority of ClickHouse, PEM'),
}

export const viewTypeVariables = {
  VIEW_EVENT_TYPES: list('view,page_view,pageview').describe(
    'Event types that count as views, separated by commas',
  ),
}

/** The nested settings of the flat variables. */
export function toClickHouseSettings(
  flat: z.output<z.ZodObject<typeof clickhouseVariables>>,
): ClickHouseSettings {
  return {
    url: flat.CLICKHOUSE_URL,
    database: flat.CLICKHOUSE_DATABASE,
    user: flat.CLICKHOUSE_USER,
    password: flat.CLICKHOUSE_PASSWORD,
    ca: flat.CLICKHOUSE_CA_FILE ? Buffer.from(flat.CLICKHOUSE_CA_FILE) : null,
  }
}
