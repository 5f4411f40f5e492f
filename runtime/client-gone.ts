// Learning that nobody waits for an answer any more.
import type { IncomingMessage, ServerResponse } from 'node:http'

const probeEveryMs = 500

/**
 * A signal that is given when the client went away before it had its answer. A client that merely closed its own side
 * still waits. Interim answers, which clients pass over, tell the two apart: one that is gone resets the first, and
 * the next finds the connection broken.
 */
export function clientGone(req: IncomingMessage, res: ServerResponse): AbortSignal {
  const gone = new AbortController()
  let probing: NodeJS.Timeout | undefined
  const probe = () => {
    if (!res.headersSent && req.httpVersion !== '1.0') res.writeProcessing()
  }
  const startProbing = () => {
    probe()
    probing = setInterval(probe, probeEveryMs)
  }
  req.socket.once('end', startProbing)
  res.once('close', () => {
    req.socket.off('end', startProbing)
    clearInterval(probing)
    if (!res.writableFinished) gone.abort()
  })
  return gone.signal
}
