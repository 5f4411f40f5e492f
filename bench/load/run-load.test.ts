// The load generator against servers that answer well, in pieces, and badly.
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { usualEventSchema } from '../contenders/usual-event.ts'
import { readAnswer } from './answer.ts'
import { createLinePool, createRequests } from './requests.ts'
import { runLoad } from './run-load.ts'

const servers: Server[] = []

afterEach(() => servers.splice(0).forEach((server) => server.close()))

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/event`
}

const serve = (handler: RequestListener) => listen(createServer(handler))
const pool = createLinePool(Date.UTC(2026, 10, 22, 0, 20), 50)
const load = (url: string) =>
  runLoad({ url, eventsPerRequest: 1, connections: 4, warmUpMs: 50, measureMs: 200 }, pool)

describe('the load generator', () => {
  it('sends whole bodies, all of them different, and counts the answers', async () => {
    const bodies = new Set<string>()
    const url = await serve((req, res) => {
      req.setEncoding('utf8').on('data', (text: string) => bodies.add(text))
      req.on('end', () => res.writeHead(202, { 'content-length': 2 }).end('{}'))
    })
    const result = await load(url)
    expect(result.requestsPerSecond).toBeGreaterThan(100)
    expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms)
    expect(result.answers).toBeGreaterThan(result.requestsPerSecond * 0.2)
    expect(bodies.size).toBeGreaterThan(20)
    for (const body of bodies) expect(usualEventSchema.safeParse(JSON.parse(body)).success).toBe(true)
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

describe('a request', () => {
  const requests = createRequests(pool, { url: 'http://127.0.0.1:1/events', eventsPerRequest: 3 }, 2)
  const read = (connection: number) => {
    const [head = '', body = ''] = requests(connection).toString().split('\r\n\r\n')
    return { length: Number(/Content-Length: +(\d+)/.exec(head)?.[1]), body }
  }

  it('has as many lines as it should, each an event, and says its length', () => {
    for (let round = 0; round < 100; round += 1) {
      const { length, body } = read(round % 2)
      expect(length).toBe(Buffer.byteLength(body))
      const lines = body.split('\n')
      expect(lines).toHaveLength(3)
      for (const line of lines) expect(usualEventSchema.safeParse(JSON.parse(line)).success).toBe(true)
    }
  })

  it('has times of the hour before, also where that hour lies on two days', () => {
    const times = Array.from({ length: 300 }, () => read(0).body.split('\n')).flat()
    const instants = times.map((line) => Date.parse((JSON.parse(line) as { timestamp: string }).timestamp))
    expect(Math.min(...instants)).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 21, 23, 20))
    expect(Math.max(...instants)).toBeLessThan(Date.UTC(2026, 10, 22, 0, 20))
    expect(new Set(instants).size).toBeGreaterThan(890)
  })

  it('of one connection is left alone by those of others', () => {
    const first = requests(0)
    const text = first.toString()
    requests(1)
    expect(first.toString()).toBe(text)
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
