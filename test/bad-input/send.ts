// Sends a request of the lists as it stands, also one that no HTTP client would send.
import { once } from 'node:events'
import { Agent, request as startRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { BadRequest } from './bad-request.ts'

export interface Received {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** How long a request that gets no answer is held open, in milliseconds. */
const heldMs = 100

/** Sends `request` over a connection of its own. Null where the connection ends without an answer. */
export function send(baseUrl: string, request: BadRequest): Promise<Received | null> {
  return request.raw === undefined ? sendRequest(baseUrl, request) : sendBytes(baseUrl, request)
}

async function sendRequest(baseUrl: string, request: BadRequest): Promise<Received> {
  const { hostname, port } = new URL(baseUrl)
  const { method = 'POST', path, headers = {}, chunked = false } = request
  const body = Buffer.from(typeof request.body === 'function' ? request.body() : (request.body ?? ''))
  const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length }
  const sent = body.length > 0 || method === 'POST' ? { ...headers, ...length } : headers
  const agent = new Agent({ keepAlive: true })
  const sending = startRequest({ hostname, port, path, method, headers: sent, agent })
  sending.end(body)
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  // What is left of a body that was refused early may find the connection closed.
  sending.on('error', () => undefined)
  const received = await buffer(response)
  agent.destroy()
  return { status: response.statusCode ?? 0, headers: response.headers, body: received.toString() }
}

async function sendBytes(baseUrl: string, { raw = '', status }: BadRequest): Promise<Received | null> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(raw)
  const timer = status === null ? setTimeout(() => socket.destroy(), heldMs) : undefined
  const received = await new Promise<string>((resolve) => {
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
      if (isWhole(text)) resolve(text)
    })
    socket.on('close', () => resolve(text))
  })
  clearTimeout(timer)
  socket.destroy()
  return received === '' ? null : parse(received)
}

function isWhole(text: string): boolean {
  const { headers, body } = parse(text)
  if (headers['transfer-encoding'] === 'chunked') return body.endsWith('0\r\n\r\n')
  return headers['content-length'] !== undefined && body.length >= Number(headers['content-length'])
}

function parse(text: string): Received {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n')
  const headers = fields.map((field) => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
  })
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(end === -1 ? [] : headers) as IncomingHttpHeaders,
    body: text.slice(end + 4),
  }
}
