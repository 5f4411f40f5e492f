// The consumer process.
import { announce, runService } from '../runtime/lifecycle.ts'
import { consumerConfig } from './config.ts'
import { startConsumer } from './service.ts'

await runService('consumer', consumerConfig, 25_000, async (config, logger) => {
  const consumer = await startConsumer(config, logger)
  announce(consumer.url)
  return consumer
})
