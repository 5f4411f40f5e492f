// The settings of the local stack.
import type { z } from 'zod'
import { dataDirVariables } from '../runtime/config.ts'
import { port } from '../runtime/env.ts'

/** Where the local stack keeps its data, and the ports it wishes for. */
export interface LocalSettings {
  dataDir: string
  kafkaPort: number
  clickhousePort: number
}

export const localVariables = {
  ...dataDirVariables,
  KAFKA_PORT: port(9092).describe(
    'TCP port of the embedded Kafka on 127.0.0.1; a free port where it is taken; 0 means any free port',
  ),
  CLICKHOUSE_PORT: port(8123).describe(
    'HTTP port of the embedded ClickHouse on 127.0.0.1; a free port where it is taken; 0 means any free port',
  ),
}

/** The nested settings of the flat variables. */
export function toLocalSettings(flat: z.output<z.ZodObject<typeof localVariables>>): LocalSettings {
  return { dataDir: flat.DATA_DIR, kafkaPort: flat.KAFKA_PORT, clickhousePort: flat.CLICKHOUSE_PORT }
}
