// Bodies that are compressed wrongly, or far too well.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { goodEvent, json, lines, type BadRequest } from '../bad-request.ts'

const good = JSON.stringify(goodEvent())

const encoded = (
  name: string,
  encoding: string,
  body: BadRequest['body'],
  status = 400,
  detail = '',
): BadRequest => ({
  name,
  path: '/event',
  headers: { ...json, 'content-encoding': encoding },
  body: body ?? '',
  status,
  detail,
  ...(status === 413 ? { heavy: true } : {}),
})

/** 100 MB of blanks and an event behind them. */
const bomb = (() => {
  let made: Buffer | undefined
  return () => (made ??= Buffer.concat([Buffer.alloc(100_000_000, ' '), Buffer.from(good)]))
})()

/** Makes the compressed bomb once: it is sent several times. */
function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined
  return () => (made ??= make())
}

const gzipBomb = once(() => gzipSync(bomb()))

export const encodings: BadRequest[] = [
  encoded('gzip that breaks off', 'gzip', gzipSync(good).subarray(0, -9), 400, 'gzip'),
  encoded('gzip that breaks off in its header', 'gzip', gzipSync(good).subarray(0, 5), 400, 'gzip'),
  encoded(
    'gzip with a wrong checksum',
    'gzip',
    Buffer.concat([gzipSync(good).subarray(0, -8), Buffer.alloc(8)]),
    400,
    'gzip',
  ),
  encoded('plain JSON that says gzip', 'gzip', good, 400, 'gzip'),
  encoded('no body that says gzip', 'gzip', '', 400),
  encoded('plain JSON that says deflate', 'deflate', good, 400, 'deflate'),
  encoded('deflate that breaks off', 'deflate', deflateSync(good).subarray(0, -6), 400, 'deflate'),
  encoded('gzip that says deflate', 'deflate', gzipSync(good), 400, 'deflate'),
  encoded('plain JSON that says br', 'br', good, 400, 'br'),
  encoded('br that breaks off', 'br', brotliCompressSync(good).subarray(0, -4), 400, 'br'),
  encoded('gzip that says br', 'br', gzipSync(good), 400, 'br'),
  encoded('gzip of something that is no JSON', 'gzip', gzipSync('hello'), 400, 'JSON'),
  encoded('gzip of nothing', 'gzip', gzipSync(''), 400, 'empty'),
  encoded('gzip inside gzip that says it once', 'gzip', gzipSync(gzipSync(good)), 400, 'UTF-8'),
  encoded('deflate without its header that breaks off', 'deflate', deflateRawSync(good).subarray(0, -4), 400),
  encoded('two encodings', 'gzip, gzip', gzipSync(gzipSync(good)), 415, 'gzip'),
  encoded('identity and gzip', 'identity, gzip', gzipSync(good), 415),
  encoded('zstd', 'zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 415, 'zstd'),
  encoded('compress', 'compress', good, 415),
  encoded('an encoding with a parameter', 'gzip;q=1', gzipSync(good), 415),
  encoded('an encoding that is a word of every object', 'constructor', good, 415),
  encoded('an encoding of 5,000 characters', 'x'.repeat(5000), good, 415),
  encoded('a gzip bomb', 'gzip', gzipBomb, 413),
  { ...encoded('a gzip bomb in chunks', 'gzip', gzipBomb, 413), chunked: true },
  {
    ...encoded('a gzip bomb for a batch', 'gzip', gzipBomb, 413),
    path: '/events',
    headers: { ...lines, 'content-encoding': 'gzip' },
  },
  {
    ...encoded(
      'a gzip bomb inside gzip',
      'gzip',
      once(() => gzipSync(gzipBomb())),
      400,
    ),
    heavy: true,
  },
  encoded(
    'a deflate bomb',
    'deflate',
    once(() => deflateSync(bomb())),
    413,
  ),
  encoded(
    'a br bomb',
    'br',
    once(() => brotliCompressSync(bomb())),
    413,
  ),
  encoded(
    'a gzip of many members that is a bomb',
    'gzip',
    once(() => Buffer.concat(Array<Buffer>(20_000).fill(gzipSync(' '.repeat(1000))))),
    413,
  ),
  encoded('1,000,001 bytes once unpacked', 'gzip', gzipSync(good.padEnd(1_000_001)), 413),
]
