import { describe, expect, it } from 'vitest'
import { freshFolder } from '../local/fixtures.ts'
import { writeRunningStack, type StackAddresses } from '../runtime/running-stack.ts'
import { findStores } from './find-stores.ts'

const running: StackAddresses = {
  ingest: 'http://127.0.0.1:1',
  consumer: 'http://127.0.0.1:2',
  reporting: 'http://127.0.0.1:3',
  brokers: ['127.0.0.1:5'],
  clickhouse: {
    url: 'http://127.0.0.1:4',
    database: 'ours',
    users: {
      migrator: { user: 'migrator', password: 'm' },
      writer: { user: 'writer', password: 'w' },
      reader: { user: 'reader', password: 'r' },
    },
  },
}

describe('the stores that a command works on', () => {
  it('are those of the running npm start, as its writer', async () => {
    const DATA_DIR = await freshFolder()
    writeRunningStack(DATA_DIR, running)
    const found = findStores({ DATA_DIR, KAFKA_TOPIC: 'mine', KAFKA_GROUP_ID: 'us' })
    expect(found).toMatchObject({
      kafka: { brokers: ['127.0.0.1:5'], topic: { name: 'mine' } },
      groupId: 'us',
      clickhouse: { url: 'http://127.0.0.1:4', database: 'ours', user: 'writer', password: 'w' },
    })
  })

  it('are those that the environment names, each for itself', async () => {
    const DATA_DIR = await freshFolder()
    writeRunningStack(DATA_DIR, running)
    const named = { CLICKHOUSE_URL: 'http://db:8123', CLICKHOUSE_USER: 'me' }
    expect(findStores({ DATA_DIR, ...named })).toMatchObject({
      kafka: { brokers: ['127.0.0.1:5'] },
      clickhouse: { url: 'http://db:8123', database: 'analytics', user: 'me' },
    })
    expect(findStores({ DATA_DIR, KAFKA_BROKERS: 'a:1,b:2' }).kafka.brokers).toEqual(['a:1', 'b:2'])
  })

  it('are the usual ones where nothing runs', async () => {
    const { kafka, clickhouse } = findStores({ DATA_DIR: await freshFolder() })
    expect([kafka.brokers, clickhouse.url]).toEqual([['127.0.0.1:9092'], 'http://127.0.0.1:8123'])
  })
})
