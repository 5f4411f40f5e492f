// The load generator against servers that answer well, in pieces, and badly.
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { readAnswer } from './answer.ts'
import { runLoad } from './run-load.ts'

const servers: Server[] = []

afterEach(() => servers.splice(0).forEach((server) => server.close()))

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/event`
}

const serve = (handler: RequestListener) => listen(createServer(handler))
const load = (url: string) =>
  runLoad({ url, connections: 4, warmUpMs: 50, measureMs: 200 }, ['{"a":1}', '{"b":"é"}'])

describe('the load generator', () => {
  it('sends whole bodies in turn and counts the answers', async () => {
    const bodies = new Set<string>()
    const url = await serve((req, res) => {
      req.setEncoding('utf8').on('data', (text: string) => bodies.add(text))
      req.on('end', () => res.writeHead(202, { 'content-length': 2 }).end('{}'))
    })
    const result = await load(url)
    expect(result.requestsPerSecond).toBeGreaterThan(100)
    expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms)
    expect(bodies).toEqual(new Set(['{"a":1}', '{"b":"é"}']))
  })

  it('takes an answer that comes in pieces as one', async () => {
    const server = createTcpServer((socket) => {
      socket.setNoDelay(true).on('error', () => undefined)
      socket.on('data', () => {
        const pieces = ['HTTP/1.1 202 Accepted\r\nContent-', 'Length: 3\r\n\r\nab', 'c']
        const next = () => {
          socket.write(pieces.shift() ?? '')
          if (pieces.length > 0) setTimeout(next, 2)
        }
        next()
      })
    })
    const { p50Ms, requestsPerSecond } = await load(await listen(server))
    expect(requestsPerSecond).toBeGreaterThan(0)
    expect(p50Ms).toBeGreaterThan(3)
  })

  it('fails when an answer is not a 202', async () => {
    const url = await serve((req, res) => {
      req.resume().on('end', () => res.writeHead(503, { 'content-length': 0 }).end())
    })
    await expect(load(url)).rejects.toThrow('503')
  })

  it('fails when the server closes the connection', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => undefined).destroy())
    await expect(load(await listen(server))).rejects.toThrow()
  })
})

describe('an answer', () => {
  it('is not there before its last byte', () => {
    const whole = Buffer.from('HTTP/1.1 207 Multi-Status\r\ncontent-length: 4\r\n\r\nbody')
    for (let end = 0; end < whole.length; end += 1) expect(readAnswer(whole.subarray(0, end))).toBeNull()
    expect(readAnswer(whole)).toEqual({ status: 207, bytes: whole.length })
  })

  it('must say its length', () => {
    expect(() => readAnswer(Buffer.from('HTTP/1.1 202 Accepted\r\n\r\n'))).toThrow('Content-Length')
  })
})
