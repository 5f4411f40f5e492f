// The events in a request, read apart from the product.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { bodyOf, type SentRequest } from '../../send.ts'
import type { RequestCase } from '../case.ts'
import { expectedOf, type ExpectedEvent } from './expected-event.ts'

/** The events of a batch, each read when it is wanted: a line may be no JSON. */
export function eventsOf(request: SentRequest): (() => unknown)[] {
  const text = textOf(request)
  const type = String(request.headers?.['content-type'] ?? '').toLowerCase()
  const isText = type.startsWith('text/plain')
  if (type.startsWith('application/json') || (isText && /^[ \t\r\n]*\[/.test(text))) {
    return (JSON.parse(text) as unknown[]).map((event) => () => event)
  }
  const lines = text.split('\n').filter((line) => !/^[ \t\r]*$/.test(line))
  return lines.map((line) => () => JSON.parse(line) as unknown)
}

const decoders: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}

/** The body as it was before it was compressed. */
export function textOf(request: SentRequest): string {
  const encoding = (request.headers?.['content-encoding'] ?? '').toLowerCase()
  const decode = decoders[encoding]
  return (decode ? decode(bodyOf(request)) : bodyOf(request)).toString()
}

/** Every event in it that could be accepted. */
export function possibleEvents({ kind, request }: RequestCase): ExpectedEvent[] {
  const all = kind === 'batch' ? eventsOf(request) : [() => JSON.parse(textOf(request)) as unknown]
  return all.flatMap((read) => {
    try {
      return [expectedOf(read() as Record<string, unknown>)]
    } catch {
      return []
    }
  })
}
