// The limit: node:http that reads the body, does nothing with it and answers 202.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const body = '{"status":"accepted"}'
const head = { 'content-type': 'application/json', 'content-length': body.length }

const server = createServer((req, res) => {
  req.resume().once('end', () => res.writeHead(202, head).end(body))
})
process.once('disconnect', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ listening: `http://127.0.0.1:${port}` })
})
