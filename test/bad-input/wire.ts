// Speaks to a service in bytes, as no HTTP client would, and reads what it answers.
import type { IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { answerWithinMs, type Received } from './send.ts'

export interface Talk {
  /** Written one after the other, each in a turn of its own. */
  pieces: readonly (string | Buffer)[]
  /**
   * What the client does then: waits for one answer, closes its side and reads to the end, or goes away altogether
   * once the signal is given.
   */
  ending: 'one-answer' | 'half-close' | AbortSignal
}

export interface Heard {
  /** Every whole answer, in order. */
  answers: Received[]
  /** What came behind them. */
  rest: string
}

/**
 * Talks over a connection of its own.
 * @throws Error when the service neither answers nor closes
 */
export async function talk(baseUrl: string, { pieces, ending }: Talk): Promise<Heard> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
  socket.on('error', () => undefined)
  const heard = listenTo(socket, ending === 'one-answer' ? 1 : Infinity, ending instanceof AbortSignal)
  if (ending instanceof AbortSignal) {
    if (ending.aborted) socket.destroy()
    else ending.addEventListener('abort', () => socket.destroy(), { once: true })
  }
  for (const piece of pieces) {
    socket.write(piece)
    if (pieces.length > 1) await nextTurn()
  }
  if (ending === 'half-close') socket.end()
  return heard
}

/** What comes until the connection ends, or until there are `wanted` answers. */
function listenTo(socket: Socket, wanted: number, isPatient: boolean): Promise<Heard> {
  return new Promise((resolve, reject) => {
    let text = ''
    const finish = () => {
      clearTimeout(late)
      socket.destroy()
      resolve(readAnswers(text))
    }
    const giveUp = () => {
      socket.destroy()
      reject(new Error(`the connection stays open without an answer: ${text.slice(0, 500)}`))
    }
    const late = isPatient ? undefined : setTimeout(giveUp, answerWithinMs)
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
      if (wanted < Infinity && readAnswers(text).answers.length >= wanted) finish()
    })
    socket.once('end', finish).once('close', finish)
  })
}

/** Takes whole answers off the front of `text`; those with a status below 200 only announce the next. */
function readAnswers(text: string): Heard {
  const answers: Received[] = []
  for (let rest = text; ;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return { answers, rest }
    const [statusLine = '', ...fields] = rest.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(fields.map(toHeader)) as IncomingHttpHeaders
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
    const length = bodyLength(status, headers, rest.slice(end + 4))
    if (length === null) return { answers, rest }
    const body = rest.slice(end + 4, end + 4 + length)
    if (!(status < 200)) answers.push({ status, headers, body: Buffer.from(body, 'latin1').toString() })
    rest = rest.slice(end + 4 + length)
  }
}

function toHeader(field: string): [string, string] {
  const colon = field.indexOf(':')
  return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
}

/** How much of `text` is the body; null while it is not whole. */
function bodyLength(status: number, headers: IncomingHttpHeaders, text: string): number | null {
  if (status < 200 || status === 204 || status === 304) return 0
  if (headers['transfer-encoding'] === 'chunked') {
    const end = /(?:^|\r\n)0\r\n\r\n/.exec(text)
    return end && end.index + end[0].length
  }
  const length = Number(headers['content-length'] ?? 0)
  return text.length < length ? null : length
}
