// How a body travels: plain or compressed, whole or spoilt on its way.
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { spoilBytes } from './spoil-bytes.ts'

export interface Encoded {
  /** The content encoding; null for none. */
  encoding: string | null
  bytes: Buffer
  /** Whether it arrives as the body it was, surely not at all, or perhaps. */
  arrives: 'whole' | 'never' | 'perhaps'
}

export type Encode = (body: Buffer) => Encoded

/** The least effort: what matters is that it is compressed at all. */
const fast = { level: 1, params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

/** gzip in two members, as some clients send it. */
const gzipTwice = (body: Buffer) => {
  const half = body.length >> 1
  return Buffer.concat([gzipSync(body.subarray(0, half), fast), gzipSync(body.subarray(half), fast)])
}

const encoders: [string, (body: Buffer) => Buffer][] = [
  ['gzip', (body) => gzipSync(body, fast)],
  ['x-gzip', (body) => gzipSync(body, fast)],
  ['GZip', gzipTwice],
  ['deflate', (body) => deflateSync(body, fast)],
  ['br', (body) => brotliCompressSync(body, fast)],
]

const encoder = fc.constantFrom(...encoders)

const good = encoder.map(([encoding, encode]): Encode => (body) => ({
  encoding,
  bytes: encode(body),
  arrives: 'whole',
}))

const plain = fc
  .constantFrom(null, null, null, 'identity', 'Identity')
  .map((encoding): Encode => (bytes) => ({ encoding, bytes, arrives: 'whole' }))

/** What is spoilt may still be good: a flipped bit of gzip's header means nothing. */
const spoilt = fc.tuple(encoder, spoilBytes).map(([[encoding, encode], spoil]): Encode => (body) => ({
  encoding,
  bytes: spoil(encode(body)),
  arrives: 'perhaps',
}))

const mislabelled = fc.tuple(encoder, encoder).map(([[, encode], [encoding]]): Encode => (body) => ({
  encoding,
  bytes: encode(body),
  arrives: 'perhaps',
}))

const unknown = fc
  .constantFrom(
    'zstd',
    'compress',
    'gzip, gzip',
    'identity, gzip',
    'gzip;q=1',
    '*',
    'constructor',
    'aes128gcm',
    '\xff',
  )
  .map((encoding): Encode => (bytes) => ({ encoding, bytes, arrives: 'never' }))

/** Some megabytes of blanks, of which the services may never hold much. */
const bombs = [2, 11, 40].flatMap((megabytes) => {
  const make = (encode: (body: Buffer) => Buffer) => {
    let made: Buffer | undefined
    return () => (made ??= encode(Buffer.alloc(megabytes * 1_000_000, ' ')))
  }
  return encoders.map(([encoding, encode]) => ({ encoding, make: make(encode), megabytes }))
})

const bomb = fc.constantFrom(...bombs).map(({ encoding, make }): Encode => {
  return () => ({ encoding, bytes: make(), arrives: 'never' })
})

export const encode: fc.Arbitrary<Encode> = fc.oneof(
  { weight: 700, arbitrary: plain },
  { weight: 200, arbitrary: good },
  { weight: 50, arbitrary: spoilt },
  { weight: 20, arbitrary: mislabelled },
  { weight: 20, arbitrary: unknown },
  { weight: 2, arbitrary: bomb },
)
