// The settings of everything that `npm start` starts.
import { describe, expect, it } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { launchSettings } from './services.ts'

describe('the settings of npm start', () => {
  it('have a default each', () => {
    const { services, ...settings } = readEnv(launchSettings, {})
    expect(settings).toEqual({
      ...{ dataDir: '.data', kafkaPort: 9092, clickhousePort: 8123 },
      ...{ logLevel: 'info', host: '127.0.0.1', database: 'analytics', groupId: 'tallyline' },
    })
    expect(services.map(({ name, port }) => [name, port])).toEqual([
      ['ingest', 3000],
      ['consumer', 3002],
      ['reporting', 3001],
    ])
  })

  it('are all checked before anything starts', () => {
    const wrong = { INGEST_PORT: 'x', KAFKA_PARTITIONS: '0', CLICKHOUSE_URL: 'x', CLICKHOUSE_PORT: '70000' }
    expect(() => readEnv(launchSettings, wrong)).toThrow(
      /INGEST_PORT: .*\n.*KAFKA_PARTITIONS: .*\n.*CLICKHOUSE_URL: .*\n.*CLICKHOUSE_PORT: /,
    )
    expect(() => readEnv(launchSettings, { KAFKA_USERNAME: 'x' })).toThrow(
      /KAFKA_SASL_MECHANISM: must be set/,
    )
  })
})
