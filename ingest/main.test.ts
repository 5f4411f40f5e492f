// The process of a service that cannot begin: its words, and the code it ends with.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshFolder } from '../local/fixtures.ts'
import { runToEnd } from '../test/support/process.ts'

const run = async (env: Record<string, string>) =>
  runToEnd('ingest/main.ts', {
    ...{ DATA_DIR: await freshFolder(), KAFKA_BROKERS: '127.0.0.1:1', HOST: '127.0.0.1', INGEST_PORT: '0' },
    ...env,
  })

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('ingest that cannot begin', () => {
  it.each([
    [
      'a port that is taken',
      async () => ({ INGEST_PORT: String(await takenPort()) }),
      'set INGEST_PORT to another one',
    ],
    [
      'an address of another machine',
      () => ({ HOST: '192.0.2.1' }),
      'HOST (192.0.2.1) is not an address of this',
    ],
    [
      'a folder that cannot be made',
      () => ({ SPOOL_DIR: '/dev/null/x' }),
      'SPOOL_DIR (/dev/null/x) cannot be used',
    ],
    ['brokers without a port', () => ({ KAFKA_BROKERS: 'nonsense' }), 'KAFKA_BROKERS: must be host:port'],
  ])('says what to do about %s, without a stack, and ends with code 1', async (_what, envOf, message) => {
    const { code, output } = await run(await envOf())
    expect(output).toContain(message)
    expect(output).not.toMatch(/\bat \S+ \(|"stack"|node:internal/)
    expect(code).toBe(1)
  })
})
