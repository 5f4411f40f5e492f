import { once } from 'node:events'
import { Agent, createServer, get, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeServer, listen, sendJson } from './http.ts'
import { ListenError } from './listen-error.ts'

async function start(): Promise<{ server: Server; port: number }> {
  const server = createServer((_req, res) => sendJson(res, 200, { ok: true }))
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, port: Number(new URL(url).port) }
}

/** What comes back for raw bytes, after which the client closes its side. */
async function talk(port: number, request: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(request)
  return text(socket)
}

describe('the HTTP server', () => {
  it('answers a client that closed its side once it had sent its request', async () => {
    const { port } = await start()
    expect(await talk(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain(
      '{"ok":true}',
    )
  })

  it('answers what is not HTTP, or has too large headers, with a problem document', async () => {
    const { port } = await start()
    for (const request of [
      'nonsense\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
    ]) {
      const answer = await talk(port, request)
      expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
      expect(answer).toContain('application/problem+json')
    }
  })

  it('gives up a client that is slow to send its request, and tells it so', async () => {
    const { server, port } = await start()
    Object.assign(server, { headersTimeout: 100, requestTimeout: 100 })
    const socket = connect({ port, host: '127.0.0.1' })
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
    server.removeAllListeners('request')
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408/)
  })

  it('gives up a client that does not take its answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { server, port } = await start()
    server.removeAllListeners('request')
    server.on('request', (_req, res) => sendJson(res, 200, 'x'.repeat(20_000_000)))
    const accepted = once(server, 'connection')
    const socket = connect({ port, host: '127.0.0.1' })
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(server, 'request')
    const [connection] = (await accepted) as [Socket]
    const closed = once(connection, 'close')
    await new Promise(setImmediate)
    expect(connection.destroyed).toBe(false)
    vi.advanceTimersByTime(30_000)
    await closed
    socket.destroy()
  })

  it('cuts what clients are slow about when it closes', async () => {
    const { server, port } = await start()
    server.removeAllListeners('request')
    const socket = connect({ port, host: '127.0.0.1' })
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
    await once(server, 'request')
    const ended = text(socket).catch(() => '')
    await closeServer(server, 100)
    await ended
  })

  it('closes although clients keep sending on connections they keep', async () => {
    const { server, port } = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let answered = 0
    const send = () => {
      get({ port, agent }, (res) => {
        res.resume().once('end', () => {
          answered += 1
          send()
        })
      }).on('error', () => undefined)
    }
    send()
    while (answered < 3) await new Promise(setImmediate)
    await closeServer(server)
    expect(server.listening).toBe(false)
    agent.destroy()
  })

  it('takes a whole address for the path in it', async () => {
    const { server, port } = await start()
    const asked = once(server, 'request')
    await talk(
      port,
      'GET http://example.org/stats?site_id=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    expect(await asked).toMatchObject([{ url: '/stats?site_id=a' }, {}])
  })

  it('says which setting to change where it cannot listen', async () => {
    const { port } = await start()
    const at = (host: string, wished: number) =>
      listen(createServer(), { host, port: wished, portVariable: 'SOME_PORT' })
    await expect(at('127.0.0.1', port)).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is taken: set SOME_PORT to`,
    )
    await expect(at('192.0.2.1', 0)).rejects.toThrow('HOST (192.0.2.1) is not an address of this machine')
    await expect(at('127.0.0.1', port)).rejects.toThrow(ListenError)
  })
})
