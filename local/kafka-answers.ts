// Whether a Kafka answers on a port: an open port is not enough, a broker opens it before it answers.
import { connect } from 'node:net'

const answerWithinMs = 1000

/**
 * Asks which versions of its protocol the broker speaks.
 * @throws Error when nothing answers within a second
 */
export function askKafka(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const end = (settle: () => void) => {
      socket.destroy()
      settle()
    }
    socket.setTimeout(answerWithinMs, () => end(() => reject(new Error('Kafka gave no answer'))))
    socket.once('error', (error) => end(() => reject(error)))
    socket.once('close', () => reject(new Error('Kafka closed the connection')))
    socket.once('data', () => end(resolve))
    socket.write(apiVersionsRequest)
  })
}

/** ApiVersions, version 0, correlation id 1, no client id. */
const apiVersionsRequest = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])
