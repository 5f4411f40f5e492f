// Ports.
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort, isPortFree, wishedOrFreePort } from './free-port.ts'

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe('a port', () => {
  it('is not free while another listens on it', async () => {
    expect(await isPortFree(await takenPort())).toBe(false)
  })

  it('is the wished one where that is free', async () => {
    const wished = await freePort()
    expect(await wishedOrFreePort(wished)).toBe(wished)
  })

  it('is another one where the wished one is taken or 0', async () => {
    const taken = await takenPort()
    expect(await wishedOrFreePort(taken)).not.toBe(taken)
    expect(await wishedOrFreePort(0)).toBeGreaterThan(0)
  })

  it('is chosen below the range of outgoing connections', async () => {
    const port = await freePort()
    expect(port).toBeGreaterThanOrEqual(20_000)
    expect(port).toBeLessThan(32_000)
  })

  it('cannot be asked for on an address this machine does not have', async () => {
    await expect(isPortFree(0, '192.0.2.1')).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
  })
})
