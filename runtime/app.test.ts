import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Router } from 'express'
import { Registry } from 'prom-client'
import { expect, it, onTestFinished } from 'vitest'
import { createApp } from './app.ts'
import { createLogger } from './logger.ts'

it('gives the whole answer to whoever would take any version as unchanged', async () => {
  const routes = Router()
  routes.get('/numbers', (_req, res) => void res.json({ views: 1 }))
  const app = createApp({
    checks: {},
    registry: new Registry(),
    routes,
    logger: createLogger('test', 'silent'),
  })
  const server = createServer(app)
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  // Not `fetch`, which says `no-cache` along with it.
  const asked = get({ port, path: '/numbers', headers: { 'if-none-match': '*' } })
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  expect([answer.statusCode, await text(answer)]).toEqual([200, '{"views":1}'])
})
