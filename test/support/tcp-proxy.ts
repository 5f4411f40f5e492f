// A proxy for one test: an outage of whatever is behind it.
import { onTestFinished } from 'vitest'
import { openTcpProxy } from '../../faults/proxy/tcp-proxy.ts'

export interface TestProxy {
  port: number
  /** Cuts every connection, and new ones as soon as they come. */
  cut: () => Promise<void>
  /** Takes connections again, on the same port. */
  mend: () => Promise<void>
}

/** Forwards to `target` on loopback; ends with the test. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TestProxy> {
  const { port, set, close } = await openTcpProxy(target)
  onTestFinished(close)
  const make = (kind: 'cut' | 'none') => () => {
    set({ kind })
    return Promise.resolve()
  }
  return { port, cut: make('cut'), mend: make('none') }
}
