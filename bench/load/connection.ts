// One kept-alive connection that always has exactly one request on its way.
import { connect } from 'node:net'
import { readAnswer } from './answer.ts'

export interface ConnectionParts {
  host: string
  port: number
  /** The next request, head and body. */
  nextRequest: () => Buffer
  /** Told of each answer, with its milliseconds. Returns whether to send another request. */
  onAnswer: (status: number, ms: number) => boolean
}

/**
 * Sends one request after another. Resolves when `onAnswer` wants no more.
 * @throws Error when the server closes the connection or answers with what is no answer
 */
export function runConnection(parts: ConnectionParts): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: parts.host, port: parts.port, noDelay: true })
    let received: Buffer | null = null
    let sentAt = 0

    const send = () => {
      sentAt = performance.now()
      socket.write(parts.nextRequest())
    }
    const finish = (settle: () => void) => {
      socket.removeAllListeners().on('error', () => undefined)
      socket.destroy()
      settle()
    }
    const read = (chunk: Buffer) => {
      const bytes = received ? Buffer.concat([received, chunk]) : chunk
      const answer = readAnswer(bytes)
      received = answer ? null : bytes
      if (!answer) return
      if (parts.onAnswer(answer.status, performance.now() - sentAt)) send()
      else finish(resolve)
    }
    socket.once('connect', send)
    socket.once('error', (error) => finish(() => reject(error)))
    socket.once('close', () => finish(() => reject(new Error('the server closed the connection'))))
    socket.on('data', (chunk) => {
      try {
        read(chunk)
      } catch (error) {
        finish(() => reject(error instanceof Error ? error : new Error(String(error))))
      }
    })
  })
}
