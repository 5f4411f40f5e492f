// The consumer process.
import { loadDotEnv } from '../runtime/env.ts'
import { announce, runService } from '../runtime/lifecycle.ts'
import { consumerConfig } from './config.ts'
import { startConsumer } from './service.ts'

loadDotEnv()
await runService('consumer', consumerConfig, 25_000, async (config, logger) => {
  const consumer = await startConsumer(config, logger)
  announce(consumer.url)
  return consumer
})
