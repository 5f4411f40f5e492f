// Where the services are when nobody says: those of the `npm start` that runs on the data folder, else the usual
// ports on this machine.
import { z } from 'zod'
import { port, readEnv } from '../runtime/env.ts'
import { readRunningStack } from '../runtime/running-stack.ts'

const variables = z.object({
  DATA_DIR: z.string().default('.data'),
  INGEST_PORT: port(3000),
  REPORTING_PORT: port(3001),
})

/**
 * Addresses of ingest and reporting.
 * @throws SettingsError when the environment cannot be used
 */
export function findServices(environment: Record<string, string | undefined>): {
  ingest: string
  reporting: string
} {
  const { DATA_DIR, INGEST_PORT, REPORTING_PORT } = readEnv(variables, environment)
  const running = readRunningStack(DATA_DIR)
  return {
    ingest: running?.ingest ?? `http://127.0.0.1:${INGEST_PORT}`,
    reporting: running?.reporting ?? `http://127.0.0.1:${REPORTING_PORT}`,
  }
}
