// Ports: which are free, and one that will still be free after a restart.
import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

/**
 * Free ports are looked for below the range that operating systems give to outgoing connections, so that no
 * client's connection can sit on the port of a process that is being restarted.
 */
const lowest = 20_000
const beyond = 32_000
const tries = 200

/**
 * Whether a listener on `host`:`port` would get the port now.
 * @throws Error for a host this machine does not have, or a port that is not open to this user (EACCES)
 */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A free port on `host`, none of `others`. */
export async function freePort(host = '127.0.0.1', others: readonly number[] = []): Promise<number> {
  for (let i = 0; i < tries; i++) {
    const port = randomInt(lowest, beyond)
    if (!others.includes(port) && (await isPortFree(port, host))) return port
  }
  throw new Error(`no free port was found between ${lowest} and ${beyond}`)
}

/** The wished port where it is free; else, or where it is 0, a free one. */
export async function wishedOrFreePort(wished: number): Promise<number> {
  const canHave = wished !== 0 && (await isPortFree(wished).catch(() => false))
  return canHave ? wished : freePort()
}

/** Resolves when something on this machine accepts connections on `port`; rejects when nothing does. */
export function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
