// A TCP proxy on loopback that can make trouble: cut, delay, swallow answers, hang, leave connections half open.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { joinSockets, type ProxiedConnection } from './connection.ts'
import { noTrouble, type Trouble } from './trouble.ts'

export interface TcpProxy {
  port: number
  /** Makes this trouble from now on, also for connections that are open. */
  set: (trouble: Trouble) => void
  /** Ends every connection and stops listening. */
  close: () => Promise<void>
}

/**
 * Forwards to `target`, without trouble at first.
 * @param port where it listens; 0 is any free port
 */
export async function openTcpProxy(target: { host: string; port: number }, port = 0): Promise<TcpProxy> {
  const connections = new Set<ProxiedConnection>()
  let trouble = noTrouble
  const accept = (client: Socket) => {
    client.on('error', () => undefined)
    if (trouble.kind === 'cut') return void client.resetAndDestroy()
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true })
    const connection = joinSockets(client, server, () => trouble)
    connections.add(connection)
    client.once('close', () => connections.delete(connection))
    if (trouble.kind === 'half-open') server.destroy()
  }
  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject)
    proxy.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (proxy.address() as AddressInfo).port,
    set: (next) => {
      trouble = next
      for (const connection of connections) connection.renew()
    },
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve())
        for (const connection of connections) connection.reset()
      }),
  }
}
