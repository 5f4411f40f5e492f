// The body of a request: decompressed, bounded, in one piece.
import type { IncomingMessage } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Problem } from '../runtime/problem.ts'
import type { BodyShare } from './body-budget.ts'

const decoders = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/** The client went away before its body was read: there is nobody to answer. */
export class ClientGone extends Error {
  override name = 'ClientGone'
}

/**
 * Reads the whole body.
 * @param maxBytes the cap, after decompression
 * @param share what this request holds of what all may hold together
 * @throws Problem 413 over the cap, 415 for another content encoding, 400 for bytes that are not in it, 503 where all
 * requests hold too much together, or the service stops
 * @throws ClientGone when the connection ends first
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
    const chunks: Buffer[] = []
    let size = 0

    const end = (settle: () => void) => {
      source.off('data', onData).off('end', finish)
      req.off('data', count)
      settle()
    }
    const refuse = (reason: Error) => end(() => reject(reason))
    const finish = () => end(() => resolve(inOnePiece(chunks, size)))
    const count = ({ length }: Buffer) => {
      try {
        share.take(length)
      } catch (error) {
        refuse(error as Error)
      }
    }
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > maxBytes) refuse(tooLarge(maxBytes))
      else count(chunk)
    }

    share.onClose(refuse)
    if (decoder) req.on('data', count)
    source.on('data', onData).once('end', finish)
    decoder?.on('error', () => refuse(new DecoderFault()))
    req.on('error', () => refuse(new ClientGone('the client went away')))
    req.once('close', () => {
      if (!req.complete) refuse(new ClientGone('the client went away'))
    })
  })
}

function inOnePiece(chunks: Buffer[], size: number): Buffer {
  const [only] = chunks
  return only && chunks.length === 1 ? only : Buffer.concat(chunks, size)
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
