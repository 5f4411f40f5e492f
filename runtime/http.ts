// An HTTP server that starts with an address and stops without cutting an answer short.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from './logger.ts'
import type { ListenSettings } from './config.ts'
import { toListenError } from './listen-error.ts'
import { Problem } from './problem.ts'
import { toOriginForm } from './request-target.ts'

/** Bounds that keep a slow or broken client from holding on to the server, in milliseconds. */
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  /** How often the first two are looked at. */
  connectionsCheckingInterval: 1000,
}
const answerTakenWithinMs = 30_000

/** An answer up to this size is in the system's hands at once, however slow its reader. */
const smallAnswerBytes = 16_384

/** What is read of a body that is refused, so that its sender gets to read the answer. */
const mostDrainedBytes = 64 * 1024 * 1024

/**
 * Starts listening. Returns the address to reach it at.
 * @throws ListenError where the address or the port cannot be had
 */
export async function listen(server: Server, settings: ListenSettings): Promise<string> {
  // A client may close its side once it has sent its request, and still gets its answer.
  Object.assign(server, timeouts, { httpAllowHalfOpen: true })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || hasAnswered(socket)) return void socket.destroy()
    const problem =
      error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new Problem(408, 'the request took too long to arrive: send it again, in smaller parts')
        : new Problem(
            400,
            'the request cannot be read: it is not HTTP/1.1, was cut short, or its headers are too large',
          )
    const body = JSON.stringify(problem)
    socket.end(
      `HTTP/1.1 ${problem.status} ${problem.title}\r\nConnection: close\r\nContent-Type: ${problemType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  })
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    const text = JSON.stringify(new Problem(417, 'the only expectation that is met here is 100-continue'))
    const length = Buffer.byteLength(text)
    res
      .writeHead(417, { 'content-type': problemType, 'content-length': length, connection: 'close' })
      .end(text)
  })
  server.prependListener('request', (req: IncomingMessage) => {
    if (req.url !== undefined) req.url = toOriginForm(req.url)
  })
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error) => reject(toListenError(error, settings))
    server.once('error', refuse)
    server.listen(settings.port, settings.host, () => {
      server.off('error', refuse)
      resolve()
    })
  })
  const address = server.address() as AddressInfo
  const shown = ['0.0.0.0', '::'].includes(address.address) ? '127.0.0.1' : address.address
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${address.port}`
}

/** Whether part of an answer is on its way already: a second one behind it would be read as its body. */
function hasAnswered(socket: Duplex): boolean {
  return (socket as Duplex & { _httpMessage?: ServerResponse })._httpMessage?.headersSent === true
}

/** Servers whose answers tell their clients that the connection closes. */
const closing = new WeakSet<object>()

/** From now on every answer tells its client that its connection closes. */
export function announceClose(server: Server): void {
  closing.add(server)
  server.prependListener('request', (_req, res: ServerResponse) => {
    res.shouldKeepAlive = false
  })
}

/**
 * Takes no new connections and waits until every request under way has its answer. Clients that keep their
 * connection learn from their next answer that it closes.
 * @param cutAfterMs connections that are still open then are cut: those of clients that are slow to send or to read
 */
export async function closeServer(server: Server, cutAfterMs = Infinity): Promise<void> {
  if (!server.listening) return
  announceClose(server)
  const startedAt = performance.now()
  const idle = setInterval(() => {
    server.closeIdleConnections()
    if (performance.now() - startedAt > cutAfterMs) server.closeAllConnections()
  }, 50)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  clearInterval(idle)
}

const problemType = 'application/problem+json'

/** Answers with JSON. */
export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  tellClose(res)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  res.end(text)
  if (text.length > smallAnswerBytes) boundReading(res)
}

/** A request that came before its server was told to close, and is answered after that. */
function tellClose(res: ServerResponse): void {
  const { server } = (res.socket ?? {}) as { server?: object }
  if (server && closing.has(server)) res.shouldKeepAlive = false
}

/** A client that does not take its answer would hold its bytes in memory. */
function boundReading(res: ServerResponse): void {
  const timer = setTimeout(() => res.destroy(), answerTakenWithinMs).unref()
  res.once('close', () => clearTimeout(timer))
}

/** Answers with a problem document; anything but a Problem is our own fault, logged and told as a bare 500. */
export function sendProblem(req: IncomingMessage, res: ServerResponse, error: unknown, logger: Logger): void {
  if (!(error instanceof Problem)) logger.error({ err: error, method: req.method }, 'request failed')
  const problem =
    error instanceof Problem ? error : new Problem(500, 'Tallyline could not answer this request')
  if (res.headersSent) return void res.destroy()
  const text = JSON.stringify(problem)
  const length = Buffer.byteLength(text)
  tellClose(res)
  res.writeHead(problem.status, { 'content-type': problemType, 'content-length': length, ...problem.headers })
  if (text.length > smallAnswerBytes) boundReading(res)
  if (req.complete || !hasBody(req)) return void res.end(text)
  // Where the client wants its connection closed, to end here would close it under a body still being written.
  res.write(text)
  req.once('end', () => res.end()).once('close', () => res.end())
  drain(req)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Reads on and forgets, up to a bound: a sender that is still writing would miss the answer. */
function drain(req: IncomingMessage): void {
  let drained = 0
  req.on('data', (chunk: Buffer) => {
    drained += chunk.length
    if (drained > mostDrainedBytes) req.destroy()
  })
  req.resume()
}
