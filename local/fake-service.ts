// A service that does as FAKE_MODE tells it: for tests of what runs services.
import { createServer } from 'node:http'
import { announce } from '../runtime/lifecycle.ts'

const mode = process.env['FAKE_MODE'] ?? 'ready'
const port = Number(process.env['FAKE_PORT'])

if (mode === 'dies') process.exit(7)
process.once('disconnect', () => process.exit(1))
const server = createServer((_req, res) => {
  res.statusCode = mode === 'ready' ? 200 : 503
  res.setHeader('content-type', 'application/problem+json')
  res.end(JSON.stringify({ detail: 'kafka: does not answer' }))
})
server.listen(port, '127.0.0.1', () => announce(`http://127.0.0.1:${port}`))
