// The body of a request: decompressed, bounded, in one piece.
import type { IncomingMessage } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Problem } from '../runtime/problem.ts'
import { ClientGone, type BodyShare } from './body-budget.ts'

const decoders = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/**
 * Reads the whole body.
 * @param maxBytes the cap, after decompression
 * @param share what this request holds of what all may hold together
 * @throws Problem 413 over the cap, 415 for another content encoding, 400 for bytes that are not in it, 503 where all
 * requests hold too much together, or the service stops
 * @throws ClientGone when the connection ends first, or its share is released
 */
export async function readBody(req: IncomingMessage, maxBytes: number, share: BodyShare): Promise<Buffer> {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const createDecoder = decoders.get(encoding)
  if (encoding !== 'identity' && !createDecoder) throw unsupportedEncoding(encoding)
  if (!createDecoder && Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const decoder = createDecoder?.()
  try {
    return await collect(req, decoder, maxBytes, share)
  } catch (error) {
    throw error instanceof DecoderFault ? badEncoding(encoding) : error
  } finally {
    share.onClose(null)
    if (decoder) {
      req.unpipe(decoder)
      decoder.destroy()
    }
  }
}

class DecoderFault extends Error {}

function collect(
  req: IncomingMessage,
  decoder: Transform | undefined,
  maxBytes: number,
  share: BodyShare,
): Promise<Buffer> {
  const source: Readable = decoder ? req.pipe(decoder) : req
  return new Promise((resolve, reject) => {
    const body = new Collected(maxBytes, share, resolve, reject)
    share.onClose((problem) => body.refuse(problem))
    if (decoder) {
      req.on('data', (chunk: Buffer) => body.count(chunk))
      decoder.on('error', () => body.refuse(new DecoderFault()))
    }
    source.on('data', (chunk: Buffer) => body.add(chunk)).on('end', () => body.finish())
    req.on('error', () => body.refuse(new ClientGone()))
    req.on('close', () => {
      if (!req.complete) body.refuse(new ClientGone())
    })
  })
}

/** What has come of a body. Settled once; whatever comes after that is passed over. */
class Collected {
  private readonly chunks: Buffer[] = []
  private size = 0
  private isSettled = false
  private readonly maxBytes: number
  private readonly share: BodyShare
  private readonly resolve: (body: Buffer) => void
  private readonly reject: (reason: Error) => void

  constructor(
    maxBytes: number,
    share: BodyShare,
    resolve: (body: Buffer) => void,
    reject: (reason: Error) => void,
  ) {
    this.maxBytes = maxBytes
    this.share = share
    this.resolve = resolve
    this.reject = reject
  }

  add(chunk: Buffer): void {
    if (this.isSettled) return
    this.chunks.push(chunk)
    this.size += chunk.length
    if (this.size > this.maxBytes) this.refuse(tooLarge(this.maxBytes))
    else this.count(chunk)
  }

  count({ length }: Buffer): void {
    if (this.isSettled) return
    try {
      this.share.take(length)
    } catch (error) {
      this.refuse(error as Error)
    }
  }

  finish(): void {
    if (this.isSettled) return
    this.isSettled = true
    const [only] = this.chunks
    this.resolve(only && this.chunks.length === 1 ? only : Buffer.concat(this.chunks, this.size))
  }

  refuse(reason: Error): void {
    if (this.isSettled) return
    this.isSettled = true
    this.reject(reason)
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `the body is larger than ${maxBytes} bytes after decompression: send it in parts`)
}

function unsupportedEncoding(encoding: string): Problem {
  const detail = `the content encoding ${encoding.slice(0, 50)} is not known: send gzip, deflate, br or none`
  return new Problem(415, detail, { headers: { 'accept-encoding': 'gzip, deflate, br' } })
}

function badEncoding(encoding: string): Problem {
  const message = `the body is not ${encoding}, or was cut short`
  return new Problem(400, message, { errors: [{ field: '', code: 'encoding', message }] })
}
