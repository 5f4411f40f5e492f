// Requests to ClickHouse by HTTP and no more than that: an event waits for its row, and a page for its numbers, as long as a
// request takes, and the client takes as long again before it sends one. All else goes through the client.
import { parseError } from '@clickhouse/client'
import * as http from 'node:http'
import * as https from 'node:https'
import type { ClickHouseSettings } from './config.ts'
import { toSearch, type Parameters } from './parameters.ts'

export interface ShortRequest {
  query: string
  /** Settings that are the same every time, from `toSearch`: to write them out takes longer than all the rest. */
  settings: string
  /** Other settings, values of `{name:Type}` as `param_name`, and `query_id`. */
  parameters: Parameters
  /** What follows the text of the query, in pieces. */
  body?: readonly Buffer[]
  /** Ends the request. */
  signal?: AbortSignal
}

export interface ShortAnswer {
  body: Buffer
  /** Rows that ClickHouse says it wrote; null where it does not say. */
  writtenRows: number | null
}

export interface ShortRequests {
  /** @throws ClickHouseError when ClickHouse refuses, another error when it cannot be reached or does not answer in time */
  send: (request: ShortRequest) => Promise<ShortAnswer>
  close: () => void
}

/** A connection without a request for so long is given up, in milliseconds: ClickHouse gives up its end after 3 s or more. */
const idleMs = 1500

/** @param requestTimeoutMs after this long without an answer a request fails with an unknown outcome */
export function openShortRequests(settings: ClickHouseSettings, requestTimeoutMs: number): ShortRequests {
  const address = new URL(settings.url)
  const { Agent, request } = address.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, timeout: idleMs, ...(settings.ca ? { ca: settings.ca } : {}) })
  const { hostname, port, protocol, pathname } = address
  const target = { agent, hostname: hostname.replace(/^\[|\]$/g, ''), port, protocol, method: 'POST' }
  const own = {
    'x-clickhouse-user': settings.user,
    'x-clickhouse-key': settings.password,
    'user-agent': 'tallyline',
  }
  const path = `${pathname}?${toSearch({ database: settings.database })}`
  const send = ({ query, settings: fixed, parameters, body = [], signal }: ShortRequest) =>
    new Promise<ShortAnswer>((resolve, reject) => {
      const length = body.reduce((sum, piece) => sum + piece.length, 0)
      const sent = request({
        ...target,
        path: `${path}&${fixed}&${toSearch({ ...parameters, query })}`,
        headers: { ...own, 'content-length': length },
        ...(signal ? { signal } : {}),
      })
      const late = setTimeout(
        () => sent.destroy(new Error(`ClickHouse did not answer within ${requestTimeoutMs} ms`)),
        requestTimeoutMs,
      )
      sent.on('error', (error) => {
        clearTimeout(late)
        reject(error)
      })
      sent.on('response', (response) => resolve(readAnswer(response).finally(() => clearTimeout(late))))
      for (const piece of body) sent.write(piece)
      sent.end()
    })
  return { send, close: () => agent.destroy() }
}

async function readAnswer(response: http.IncomingMessage): Promise<ShortAnswer> {
  const { socket } = response
  const pieces = (await response.toArray()) as Buffer[]
  const body = Buffer.concat(pieces)
  if (response.statusCode !== 200) {
    // ClickHouse may not have read all of what it refuses: another request would be read as the rest of it.
    socket.destroy()
    throw parseError(body.length === 0 ? `ClickHouse answers ${response.statusCode}` : body.toString())
  }
  const summary = response.headers['x-clickhouse-summary']
  const known = typeof summary === 'string' ? (JSON.parse(summary) as { written_rows?: string }) : {}
  return { body, writtenRows: known.written_rows === undefined ? null : Number(known.written_rows) }
}
