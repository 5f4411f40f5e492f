// One connection through the proxy: a client's socket, the server's, and a pump each way.
import type { Socket } from 'node:net'
import { createPump } from './pump.ts'
import type { Trouble } from './trouble.ts'

export interface ProxiedConnection {
  /** The trouble has changed. */
  renew: () => void
  /** Ends it on both sides, seen as a reset. */
  reset: () => void
}

/** @param server the socket to the server, which may still be connecting */
export function joinSockets(client: Socket, server: Socket, trouble: () => Trouble): ProxiedConnection {
  let isBroken = false
  let passed = 0
  const reset = () => {
    for (const socket of [client, server]) if (!socket.destroyed) socket.resetAndDestroy()
  }
  // What was passed on is to arrive: a reset could overtake it.
  const breakOff = () => {
    server.destroySoon()
    client.resetAndDestroy()
  }
  const allowRequest = (length: number) => {
    const now = trouble()
    if (now.kind !== 'break-off') return length
    const allowed = Math.max(0, Math.min(length, now.bytes - passed))
    passed += length
    if (passed >= now.bytes) setImmediate(breakOff)
    return allowed
  }
  const shared = { trouble, onLost: () => (isBroken = true) }
  const pumps = [
    createPump({ ...shared, from: client, to: server, direction: 'request', allow: allowRequest }),
    createPump({ ...shared, from: server, to: client, direction: 'answer', allow: (length) => length }),
  ]
  for (const socket of [client, server]) {
    socket.on('error', reset)
    socket.on('close', () => {
      // Of a half-open connection the client must not see that its server is gone.
      if (trouble().kind !== 'half-open') reset()
      isBroken = true
    })
  }
  return {
    reset,
    renew: () => {
      const { kind } = trouble()
      passed = 0
      if (kind === 'cut') reset()
      else if (kind === 'half-open') server.destroy()
      else if (isBroken) reset()
      else for (const pump of pumps) pump.flush()
    },
  }
}
