// The proxy and each trouble it makes, between a real client and a real server.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTcpProxy } from './tcp-proxy.ts'

/** A server that answers each chunk with itself behind `>`, a proxy before it, and what the server received. */
async function start() {
  const received: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk.toString())
      socket.write(`>${chunk.toString()}`)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const proxy = await openTcpProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  onTestFinished(async () => {
    await proxy.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { proxy, received }
}

function dial(port: number) {
  const socket = connect({ port, host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  const client = { socket, said: '', ending: '' }
  socket.on('data', (chunk: Buffer) => (client.said += chunk.toString()))
  socket.on('error', (error: NodeJS.ErrnoException) => (client.ending = error.code ?? ''))
  return client
}

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await sleep(2)
}

describe('the proxy', () => {
  it('passes bytes both ways', async () => {
    const { proxy } = await start()
    const client = dial(proxy.port)
    client.socket.write('a')
    await until(() => client.said === '>a')
  })

  it('passes a large request whole and in order, slowly or not', async () => {
    const { proxy, received } = await start()
    const client = dial(proxy.port)
    const sent = Array.from({ length: 300_000 }, (_, number) => String(number)).join(',')
    proxy.set({ kind: 'delay', ms: 20 })
    client.socket.write(sent)
    await sleep(5)
    proxy.set({ kind: 'none' })
    await until(() => received.join('').length === sent.length)
    expect(received.join('') === sent).toBe(true)
  })

  it('passes the end of a request and still the answer', async () => {
    const { proxy } = await start()
    const client = dial(proxy.port)
    client.socket.end('last')
    await until(() => client.said === '>last')
  })

  it('resets open and new connections while it is cut, and passes again after that', async () => {
    const { proxy } = await start()
    const open = dial(proxy.port)
    open.socket.write('a')
    await until(() => open.said === '>a')
    proxy.set({ kind: 'cut' })
    await until(() => open.socket.destroyed)
    const refused = dial(proxy.port)
    await until(() => refused.socket.destroyed)
    proxy.set({ kind: 'none' })
    const next = dial(proxy.port)
    next.socket.write('b')
    await until(() => next.said === '>b')
  })

  it('delays what passes', async () => {
    const { proxy } = await start()
    const client = dial(proxy.port)
    proxy.set({ kind: 'delay', ms: 60 })
    const since = performance.now()
    client.socket.write('a')
    await until(() => client.said === '>a')
    expect(performance.now() - since).toBeGreaterThan(110)
  })

  it('swallows the answer of a request that arrived, and resets that connection afterwards', async () => {
    const { proxy, received } = await start()
    const client = dial(proxy.port)
    proxy.set({ kind: 'swallow' })
    client.socket.write('a')
    await until(() => received.length === 1)
    await sleep(20)
    expect([client.said, client.socket.destroyed]).toEqual(['', false])
    proxy.set({ kind: 'none' })
    await until(() => client.socket.destroyed)
    expect(client.said).toBe('')
  })

  it('holds everything back while it hangs, and lets it arrive late', async () => {
    const { proxy, received } = await start()
    const client = dial(proxy.port)
    proxy.set({ kind: 'hang' })
    client.socket.write('late')
    await sleep(30)
    expect(received).toEqual([])
    proxy.set({ kind: 'none' })
    await until(() => client.said === '>late')
  })

  it('closes the side of the server only when it is half open', async () => {
    const { proxy, received } = await start()
    const client = dial(proxy.port)
    client.socket.write('a')
    await until(() => client.said === '>a')
    proxy.set({ kind: 'half-open' })
    client.socket.write('b')
    const late = dial(proxy.port)
    late.socket.write('c')
    await sleep(30)
    expect([received, client.socket.destroyed, late.socket.destroyed]).toEqual([['a'], false, false])
    proxy.set({ kind: 'none' })
    await until(() => client.socket.destroyed && late.socket.destroyed)
  })

  it('breaks a request off after some of its bytes', async () => {
    const { proxy, received } = await start()
    const client = dial(proxy.port)
    proxy.set({ kind: 'break-off', bytes: 3 })
    client.socket.write('abcdef')
    await until(() => client.socket.destroyed)
    expect(received.join('').length).toBeLessThanOrEqual(3)
  })

  it('resets a connection whose server is not there', async () => {
    const { proxy } = await start()
    const nobody = await openTcpProxy({ host: '127.0.0.1', port: proxy.port })
    await proxy.close()
    onTestFinished(() => nobody.close())
    const client = dial(nobody.port)
    client.socket.write('a')
    await until(() => client.socket.destroyed)
  })
})
