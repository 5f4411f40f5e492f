// What becomes of the connection of an exchange that failed.
import { expect, it } from 'vitest'
import { askBroker } from './ask-broker.ts'
import type { Cluster, Exchange } from './cluster.ts'

const exchange: Exchange<never> = {
  request: {},
  response: {
    decode: () => Promise.reject(new Error('no answer')),
    parse: (answer) => Promise.resolve(answer),
  },
}

/** What is done to the broker after an exchange that fails with an error of this name. */
async function afterFailure(name: string): Promise<unknown[]> {
  const done: unknown[] = []
  const broker = {
    connectionPool: {
      ...{ host: 'broker', port: 9092 },
      send: () => Promise.reject(Object.assign(new Error('failed'), { name })),
    },
    // As kafkajs does while another answer is waited for: never in time.
    disconnect: () =>
      new Promise((resolve) => setTimeout(resolve, 60_000, done.push('disconnected')).unref()),
  }
  const cluster = {
    findBroker: () => Promise.resolve(broker),
    removeBroker: ({ host, port }: { host: string; port: number }) => done.push(`${host}:${port} removed`),
  }
  await expect(askBroker(cluster as unknown as Cluster, 1, exchange)).rejects.toThrow('failed')
  return done
}

it.each(['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError'])(
  'never uses a connection again that may have read half an answer: %s',
  async (name) => {
    expect(await afterFailure(name)).toEqual(['broker:9092 removed', 'disconnected'])
  },
)

it('goes on with a connection that brought an answer, whatever it says', async () => {
  expect(await afterFailure('KafkaJSProtocolError')).toEqual([])
})
