// The body of a request: decompressed, bounded, in one piece.
import type { IncomingMessage } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Problem } from '../runtime/problem.ts'

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
 * @throws Problem 413 over the cap, 415 for another content encoding, 400 for bytes that are not in it
 * @throws ClientGone when the connection ends first
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const decoder = encoding === 'identity' ? undefined : decoders.get(encoding)?.()
  return new Promise((resolve, reject) => {
    const source: Readable = decoder ? req.pipe(decoder) : req
    const chunks: Buffer[] = []
    let size = 0

    const finish = () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size))
    const refuse = (problem: Problem | ClientGone) => {
      source.removeAllListeners('data').removeAllListeners('end')
      source.on('error', () => undefined)
      if (decoder) {
        req.unpipe(decoder)
        decoder.destroy()
      }
      reject(problem)
    }

    if (encoding !== 'identity' && !decoder) return refuse(unsupportedEncoding(encoding))
    if (!decoder && Number(req.headers['content-length'] ?? 0) > maxBytes) return refuse(tooLarge(maxBytes))
    req.once('close', () => {
      if (!req.complete) refuse(new ClientGone('the client went away'))
    })
    source.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) refuse(tooLarge(maxBytes))
      else chunks.push(chunk)
    })
    source.once('end', finish)
    source.once('error', () => refuse(badEncoding(encoding)))
  })
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
