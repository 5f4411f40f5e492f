// The ingest process.
import { loadDotEnv } from '../runtime/env.ts'
import { announce, runService } from '../runtime/lifecycle.ts'
import { ingestConfig } from './config.ts'
import { startIngest } from './service.ts'

loadDotEnv()
await runService('ingest', ingestConfig, 10_000, async (config, logger) => {
  const ingest = await startIngest(config, logger)
  announce(ingest.url)
  return ingest
})
