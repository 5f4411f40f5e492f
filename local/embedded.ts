// What the embedded Kafka and the embedded ClickHouse are started with.
import type { Logger } from '../runtime/logger.ts'
import type { Progress } from './progress.ts'

export interface EmbeddedOptions {
  /** Everything is kept below this folder. */
  dataDir: string
  /** Where fetched files are kept; may be shared by several stacks. Default: `cache` in `dataDir`. */
  cacheDir?: string
  /** TCP port wished for; a free one where it is taken or 0. */
  port: number
  log: Logger
  progress?: Progress
  env?: NodeJS.ProcessEnv
  /** Gives up the start. */
  signal?: AbortSignal | undefined
}
