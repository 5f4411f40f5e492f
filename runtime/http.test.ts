import { Agent, createServer, get, type Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeServer, listen, sendJson } from './http.ts'

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
})
