// Sends a request through Node's HTTP client, as it stands.
import { once } from 'node:events'
import {
  Agent,
  request as startRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface SentRequest {
  /** Default POST. */
  method?: string
  path: string
  headers?: OutgoingHttpHeaders
  /** A function where the body is large: it is made when it is sent. */
  body?: string | Buffer | (() => string | Buffer)
  /** Sends the body in chunks, without saying how long it is. */
  chunked?: true
}

export interface Received {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Whoever gets no answer for this long hangs, in milliseconds. */
export const answerWithinMs = 60_000

/** Sends over a connection of its own, or over those of `agent`. */
export async function sendRequest(baseUrl: string, request: SentRequest, agent?: Agent): Promise<Received> {
  const { hostname, port } = new URL(baseUrl)
  const { method = 'POST', path, headers = {}, chunked = false } = request
  const body = bodyOf(request)
  const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length }
  const sent = body.length > 0 || method === 'POST' ? { ...headers, ...length } : headers
  const own = agent ?? new Agent({ keepAlive: true })
  const sending = startRequest({ hostname, port, path, method, headers: sent, agent: own })
  const late = setTimeout(() => sending.destroy(new Error('there is no answer')), answerWithinMs)
  try {
    // What is left of a body that was refused early may find the connection closed.
    sending.on('error', () => undefined).end(body)
    const [response] = (await once(sending, 'response')) as [IncomingMessage]
    const received = await buffer(response)
    return { status: response.statusCode ?? 0, headers: response.headers, body: received.toString() }
  } finally {
    clearTimeout(late)
    if (!agent) own.destroy()
  }
}

/** The bytes of a request's body. */
export function bodyOf({ body = '' }: SentRequest): Buffer {
  const made = typeof body === 'function' ? body() : body
  return typeof made === 'string' ? Buffer.from(made) : made
}
