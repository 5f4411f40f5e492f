// Learning that nobody waits for an answer any more.
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A signal that is given when the client went away before it had its answer. A client that merely closed its own side
 * still waits: an interim answer, which clients pass over, tells the two apart, since one that is gone resets it.
 */
export function clientGone(req: IncomingMessage, res: ServerResponse): AbortSignal {
  const gone = new AbortController()
  const probe = () => {
    if (!res.headersSent && req.httpVersion !== '1.0') res.writeProcessing()
  }
  req.socket.once('end', probe)
  res.once('close', () => {
    req.socket.off('end', probe)
    if (!res.writableFinished) gone.abort()
  })
  return gone.signal
}
