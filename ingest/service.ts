// Builds ingest from its parts, in the order they need each other, and stops it in the order data flows.
import { setTimeout as sleep } from 'node:timers/promises'
import { Remark, type Checks } from '../runtime/health.ts'
import { announceClose, closeServer, listen } from '../runtime/http.ts'
import type { Running } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/logger.ts'
import { createIngestServer } from './app.ts'
import { createBodyBudget } from './body-budget.ts'
import type { IngestConfig } from './config.ts'
import { startKeeping, type Keeping } from './keep/keeping.ts'
import { spoolFacts } from './keep/spool-facts.ts'
import { createIngestMetrics } from './metrics.ts'

/**
 * What is still open this long after requests are refused belongs to clients that are slow to send or to read. More than
 * PRODUCE_TIMEOUT_MS at its most; with all other steps less than the deadline of the process.
 */
const cutAfterMs = 3000

/**
 * Starts taking requests at once, whether Kafka can be reached or not.
 * @throws SpoolFolderError where the spool cannot be used; ListenError where its address or port cannot be had
 */
export async function startIngest(config: IngestConfig, logger: Logger): Promise<Running & { url: string }> {
  const stopping = new AbortController()
  const budget = createBodyBudget(config.maxBodyBytesInFlight)
  const metrics = createIngestMetrics({
    pendingBytes: () => keeping.pendingBytes(),
    bodyBytesInFlight: budget.bytesInFlight,
    isKafkaAway: () => keeping.isKafkaAway(),
    spool: () => keeping.spoolState(),
  })
  const listeners = { onSpooled: metrics.spooled, onDrained: metrics.drained }
  const keeping = await startKeeping(config, listeners, logger)
  const server = createIngestServer({
    keep: keeping.keep,
    budget,
    metrics,
    logger,
    reportingUrl: config.reportingUrl,
    checks: checksOf(keeping, stopping.signal),
    facts: () => ({ kafka_away: keeping.isKafkaAway(), spool: spoolFacts(keeping.spoolState()) }),
  })
  try {
    const url = await listen(server, config.listen)
    logger.info({ url }, 'ingest listens')
    return {
      url,
      failed: keeping.failed,
      stop: async () => {
        stopping.abort()
        announceClose(server)
        await sleep(config.stopServingMs)
        budget.close()
        await closeServer(server, cutAfterMs)
        await keeping.stop()
      },
    }
  } catch (error) {
    await keeping.stop()
    throw error
  }
}

function checksOf(keeping: Keeping, stopping: AbortSignal): Checks {
  return {
    service: () => (stopping.aborted ? Promise.reject(new Error('is stopping')) : Promise.resolve()),
    kafka: async () => {
      if (keeping.isConnecting()) throw new Error('is being connected to')
      const away = await keeping.whyAway()
      if (away === null) return undefined
      const { refusal } = keeping.spoolState()
      if (refusal === null) return new Remark(`${away}: events go to the spool`)
      throw new Error(`${away}, and the spool does not take events: ${refusal}`)
    },
  }
}
