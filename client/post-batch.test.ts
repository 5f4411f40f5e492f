// One POST against a real HTTP server of this process.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventsAddress, postTo } from './post-batch.ts'

async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const server: Server = createServer((request, response) => void handle(request, response))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('posting a batch', () => {
  it('sends NDJSON to /events and gives status, Retry-After and body', async () => {
    const url = await serve(async (request, response) => {
      const sent = [request.method, request.url, request.headers['content-type'], await text(request)]
      response.writeHead(503, { 'retry-after': '4' }).end(JSON.stringify(sent))
    })
    expect(await postTo(url)('{"ü":1}\n')).toEqual({
      status: 503,
      retryAfter: '4',
      body: JSON.stringify(['POST', '/events', 'application/x-ndjson', '{"ü":1}\n']),
    })
  })

  it('uses one connection for batches that follow each other', async () => {
    const ports = new Set<number | undefined>()
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      request.resume().on('end', () => response.end())
    })
    const post = postTo(url)
    for (let batch = 0; batch < 3; batch += 1) await post('{}\n')
    expect(ports.size).toBe(1)
  })

  it('sends a user name of the address as Basic authorization', async () => {
    const url = await serve((request, response) => response.end(request.headers.authorization))
    const answer = await postTo(url.replace('//', '//key%20one:@'))('{}\n')
    expect(answer.body).toBe(`Basic ${Buffer.from('key one:').toString('base64')}`)
  })

  it('says with its code why there is no answer', async () => {
    const url = await serve((request) => request.destroy())
    await expect(postTo(url)('{}\n')).rejects.toThrow('no connection (ECONNRESET)')
  })

  it('takes an answer that is broken off as none', async () => {
    const url = await serve((_, response) => {
      response.writeHead(202, { 'content-length': 100 }).write('{"acc')
      setImmediate(() => response.destroy())
    })
    await expect(postTo(url)('{}\n')).rejects.toThrow('no connection (ECONNRESET)')
  })
})

describe('the address of ingest', () => {
  it.each([
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/events'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000/events'],
    ['https://key@example.org/tally/', 'https://example.org/tally/events'],
  ])('leads from %s to %s', (url, expected) => {
    expect(eventsAddress(url)).toBe(expected)
  })
})
