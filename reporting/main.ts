// The reporting process.
import { loadDotEnv } from '../runtime/env.ts'
import { announce, runService } from '../runtime/lifecycle.ts'
import { reportingConfig } from './config.ts'
import { startReporting } from './service.ts'

loadDotEnv()
await runService('reporting', reportingConfig, 10_000, async (config, logger) => {
  const reporting = await startReporting(config, logger)
  announce(reporting.url)
  return reporting
})
