// The proxies between the parts of a stack: one for each way that a client, a service, Kafka or ClickHouse is reached.
import type { ProxiedListener } from '../../local/kafka-properties.ts'
import { openTcpProxy, type TcpProxy } from '../proxy/tcp-proxy.ts'
import type { Trouble } from '../proxy/trouble.ts'

export interface Links {
  /** Every link by its name, such as `consumer-1>kafka`. */
  names: () => string[]
  /** Makes trouble on a link, or none. */
  set: (name: string, trouble: Trouble) => void
  /** Ends all trouble. */
  mend: () => void
  /** The port that leads to `port` over the link; `port` itself where nothing is proxied. */
  open: (name: string, port: number) => Promise<number>
  /**
   * The same for a service's way to Kafka, which must listen on `port` for it: gives the port to use, and how Kafka
   * must listen.
   */
  openKafka: (service: string, port: number) => Promise<{ port: number; listener: ProxiedListener }>
  close: () => Promise<void>
}

const host = '127.0.0.1'

export function createLinks(): Links {
  const proxies = new Map<string, TcpProxy>()
  const open = async (name: string, port: number) => {
    const proxy = await openTcpProxy({ host, port })
    proxies.set(name, proxy)
    return proxy.port
  }
  return {
    open,
    names: () => [...proxies.keys()],
    set: (name, trouble) => proxies.get(name)?.set(trouble),
    mend: () => {
      for (const proxy of proxies.values()) proxy.set({ kind: 'none' })
    },
    openKafka: async (service, listenerPort) => {
      const port = await open(`${service}>kafka`, listenerPort)
      const name = service.replaceAll(/[^a-z0-9]/g, '').toUpperCase()
      return { port, listener: { name, port: listenerPort, advertisedPort: port } }
    },
    close: async () => {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
    },
  }
}
