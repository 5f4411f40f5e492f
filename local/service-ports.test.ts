// The ports of the services, before anything starts.
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withPorts } from './service-ports.ts'
import type { ServiceSpec } from './services.ts'

const spec = (name: string, port: number): ServiceSpec => ({
  name,
  port,
  program: `${name}/main.ts`,
  portVariable: `${name.toUpperCase()}_PORT`,
  user: null,
  stopWithinMs: 1000,
})

describe('the ports of the services', () => {
  it('are chosen where any free one was wished for, each another', async () => {
    const ports = (await withPorts([spec('ingest', 0), spec('reporting', 0)], '127.0.0.1')).map(
      ({ port }) => port,
    )
    expect(Math.min(...ports)).toBeGreaterThan(0)
    expect(new Set(ports).size).toBe(2)
  })

  it('are refused by name where one is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    await expect(withPorts([spec('ingest', port)], '127.0.0.1')).rejects.toThrow(
      `Port ${port} of ingest is taken: set INGEST_PORT to another one (0 means any free one), or stop what listens there.`,
    )
  })

  it('are refused where two services wish for the same', async () => {
    await expect(withPorts([spec('ingest', 31_999), spec('reporting', 31_999)], '127.0.0.1')).rejects.toThrow(
      'INGEST_PORT and REPORTING_PORT are both 31999: set one of them to another port.',
    )
  })

  it('are refused where HOST is no address of this machine', async () => {
    await expect(withPorts([spec('ingest', 0)], '192.0.2.1')).rejects.toThrow(
      'HOST (192.0.2.1) is not an address of this machine (EADDRNOTAVAIL): set HOST to one, such as 127.0.0.1.',
    )
  })
})
