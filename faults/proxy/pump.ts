// One direction of a proxied connection: bytes wait in order until they are due, and never pile up.
import type { Socket } from 'node:net'
import type { Trouble } from './trouble.ts'

/** More bytes than this are not taken from the sender before the first of them were passed on. */
const mostWaitingBytes = 1_048_576

export interface Pump {
  /** Passes on what is due now; called when the trouble has changed. */
  flush: () => void
}

export interface PumpParts {
  from: Socket
  to: Socket
  direction: 'request' | 'answer'
  trouble: () => Trouble
  /** Told of bytes that will never arrive: the connection cannot be used after that. */
  onLost: () => void
  /** Told of each chunk passed on; gives how many bytes of it may pass. */
  allow: (length: number) => number
}

/** A chunk, or null for the end, and when it may pass in milliseconds of `performance.now()`. */
interface Waiting {
  chunk: Buffer | null
  due: number
}

export function createPump(parts: PumpParts): Pump {
  const { from, to, direction, trouble } = parts
  const queue: Waiting[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | undefined

  const write = ({ chunk }: Waiting) => {
    if (chunk === null) return void to.end()
    bytes -= chunk.length
    const allowed = parts.allow(chunk.length)
    to.write(allowed < chunk.length ? chunk.subarray(0, allowed) : chunk)
  }
  const flush = () => {
    clearTimeout(timer)
    if (trouble().kind === 'hang') return
    const now = performance.now()
    for (let head = queue[0]; head && head.due <= now; head = queue[0]) write(queue.shift() ?? head)
    if (queue[0]) timer = setTimeout(flush, Math.max(1, queue[0].due - now))
    if (bytes < mostWaitingBytes && !to.writableNeedDrain) from.resume()
  }
  const take = (chunk: Buffer | null) => {
    const now = trouble()
    if (now.kind === 'half-open' || (now.kind === 'swallow' && direction === 'answer')) {
      parts.onLost()
      return
    }
    queue.push({ chunk, due: performance.now() + (now.kind === 'delay' ? now.ms : 0) })
    bytes += chunk?.length ?? 0
    flush()
    if (bytes >= mostWaitingBytes || to.writableNeedDrain) from.pause()
  }
  from.on('data', take)
  from.on('end', () => take(null))
  from.once('close', () => clearTimeout(timer))
  to.on('drain', flush)
  return { flush }
}
