// One service, run by the launcher.
import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { becomes, recordedLog } from './fixtures.ts'
import { freePort } from './free-port.ts'
import { startService, type ServiceProcess } from './service-process.ts'

async function start(
  mode: string,
  { port, readyWithinMs = 20_000 }: { port?: number; readyWithinMs?: number } = {},
): Promise<ServiceProcess> {
  const chosen = port ?? (await freePort())
  const spec = {
    ...{ name: 'ingest', program: 'local/fake-service.ts', portVariable: 'INGEST_PORT' },
    ...{ port: chosen, user: null, stopWithinMs: 5000 },
  }
  const service = await startService(spec, {
    env: { ...process.env, FAKE_MODE: mode, FAKE_PORT: String(chosen) },
    host: '127.0.0.1',
    log: recordedLog().log,
    signal: new AbortController().signal,
    readyWithinMs,
  })
  onTestFinished(() => service.kill())
  return service
}

const isReady = (url: string) =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )

describe('a service', () => {
  it('is started once it is ready, and comes back at the same address', async () => {
    const service = await start('ready')
    expect(await isReady(service.url)).toBe(true)
    const before = service.pid() ?? 0
    process.kill(before, 'SIGKILL')
    expect(await becomes(() => service.pid() !== undefined && service.pid() !== before)).toBe(true)
    expect(await becomes(() => isReady(service.url), 20_000)).toBe(true)
    await service.stop()
  })

  it('is refused with what it waits for when it does not get ready in time', async () => {
    await expect(start('not ready', { readyWithinMs: 3000 })).rejects.toThrow(
      /^The service ingest is not ready after 3 s: (kafka: does not answer|it does not listen)\.$/,
    )
  })

  it('is refused when it ends before it is ready', async () => {
    await expect(start('dies')).rejects.toThrow(
      'The service ingest ended with exit code 7 before it was ready: the lines above say why.',
    )
  })

  it('is refused by its port when another program took that in the meantime', async () => {
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    await expect(start('ready', { port })).rejects.toThrow(`Port ${port} of ingest is taken: set INGEST_PORT`)
  })
})
