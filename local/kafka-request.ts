// One request to a Kafka on this machine, in Kafka's own bytes: for the few things kafkajs does not ask.
import { connect } from 'node:net'

const answerWithinMs = 1000

export interface KafkaRequest {
  /** Number and version of the request in Kafka's protocol; a version with a plain (not flexible) header. */
  api: number
  version: number
  body: Buffer
}

/**
 * The body of the answer.
 * @throws Error when the broker gives none within a second
 */
export function askKafka(port: number, request: KafkaRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let received = Buffer.alloc(0)
    const end = (settle: () => void) => {
      socket.destroy()
      settle()
    }
    socket.setTimeout(answerWithinMs, () => end(() => reject(new Error('Kafka gave no answer'))))
    socket.once('error', (error) => end(() => reject(error)))
    socket.once('close', () => reject(new Error('Kafka closed the connection')))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        end(() => resolve(received.subarray(headerLength)))
      }
    })
    socket.write(frame(request))
  })
}

/** Asks which versions of its protocol the broker speaks: an open port is not enough, it opens before it answers. */
export const apiVersions: KafkaRequest = { api: 18, version: 0, body: Buffer.alloc(0) }

/** Length and correlation id. */
const headerLength = 8

/** Length, then the header: request, version, correlation id 1, no client id. */
function frame({ api, version, body }: KafkaRequest): Buffer {
  const head = Buffer.alloc(14)
  head.writeInt32BE(10 + body.length, 0)
  head.writeInt16BE(api, 4)
  head.writeInt16BE(version, 6)
  head.writeInt32BE(1, 8)
  head.writeInt16BE(-1, 12)
  return Buffer.concat([head, body])
}

/** A text as Kafka writes it: its length in bytes, then the bytes. */
export function kafkaString(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(2)
  length.writeInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}
