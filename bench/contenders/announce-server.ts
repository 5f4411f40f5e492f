// Tells the bench where a contender's server listens, and ends it with the bench.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export function announceServer(server: Server): void {
  process.once('disconnect', () => process.exit(0))
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    process.send?.({ listening: `http://127.0.0.1:${port}` })
  })
}
