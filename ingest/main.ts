// The ingest process.
import { announce, runService } from '../runtime/lifecycle.ts'
import { ingestConfig } from './config.ts'
import { startIngest } from './service.ts'

await runService('ingest', ingestConfig, 10_000, async (config, logger) => {
  const ingest = await startIngest(config, logger)
  announce(ingest.url)
  return ingest
})
