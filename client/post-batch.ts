// How a batch travels: one POST over a kept-alive connection.
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import type { Answer } from './answer.ts'

/** Sends one NDJSON body; rejects where no answer came. */
export type Post = (ndjson: string) => Promise<Answer>

export interface PostOptions {
  /** Where to, below the address of ingest; default `/events`. */
  path?: string
  /** A server that has not answered by then is asked again, the ids make that safe; default 60 s, in milliseconds. */
  timeoutMs?: number
}

/**
 * Posts to the ingest at `url`. A user name in `url` travels as Basic authorization.
 * @throws TypeError where `url` is not one
 */
export function postTo(
  url: string,
  headers: Record<string, string> = {},
  { path = '/events', timeoutMs = 60_000 }: PostOptions = {},
): Post {
  const { address, auth } = splitAddress(url, path)
  // Not fetch: it refuses some ports that a server may well listen on.
  const { Agent, request } = address.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true })
  return async (body) => {
    const length = Buffer.byteLength(body)
    const sent = { 'content-type': 'application/x-ndjson', 'content-length': length, ...headers }
    const signal = AbortSignal.timeout(timeoutMs)
    const asking = request(address, { method: 'POST', agent, auth, headers: sent, signal })
    // A server may answer and close before it has read everything: the answer counts.
    asking.on('error', () => undefined)
    asking.end(body)
    try {
      const [response] = (await once(asking, 'response')) as [IncomingMessage]
      const { statusCode = 0, headers: received } = response
      return { status: statusCode, retryAfter: received['retry-after'] ?? null, body: await text(response) }
    } catch (error) {
      throw new Error(signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error), {
        cause: error,
      })
    }
  }
}

/** Where batches for the ingest at `url` go, without the user name and password it may hold. */
export function eventsAddress(url: string): string {
  return splitAddress(url, '/events').address.href
}

function splitAddress(url: string, path: string): { address: URL; auth: string | undefined } {
  const address = new URL(url)
  const auth = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`
  address.username = ''
  address.password = ''
  address.pathname = `${address.pathname.replace(/\/+$/, '')}${path}`
  return { address, auth: auth === ':' ? undefined : auth }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ? `no connection (${code})` : message
}
