// The reporting process.
import { announce, runService } from '../runtime/lifecycle.ts'
import { reportingConfig } from './config.ts'
import { startReporting } from './service.ts'

await runService('reporting', reportingConfig, 10_000, async (config, logger) => {
  const reporting = await startReporting(config, logger)
  announce(reporting.url)
  return reporting
})
