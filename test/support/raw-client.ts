// A client that writes its request piece by piece, on a connection it keeps.
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RawClient {
  write: (text: string) => void
  /** Everything that was answered so far. */
  answered: () => string
  /** Resolves when the other side has ended the connection. */
  ended: Promise<void>
  end: () => void
}

/** Connects to `url`; the connection ends with the test. */
export async function connectRaw(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  onTestFinished(() => void socket.destroy())
  let answered = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answered += text))
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return {
    write: (text) => void socket.write(text),
    answered: () => answered,
    ended,
    end: () => void socket.end(),
  }
}

/** The head of a POST of JSON, and the body as it would follow. */
export function postOf(path: string, event: object): { head: string; body: string } {
  const body = JSON.stringify(event)
  const length = Buffer.byteLength(body)
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
  return { head, body }
}
