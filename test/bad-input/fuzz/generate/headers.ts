// Content types and the other headers of a request, those that mean something and those that mean nothing.
import type { OutgoingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { accept, refuse, type Verdict } from '../case.ts'

export interface ContentType {
  /** Undefined: none is sent. */
  type: string | undefined
  verdict: Verdict
}

const parameters = fc.constantFrom(
  '',
  '',
  '',
  '; charset=utf-8',
  ';charset="UTF-8"',
  '; charset=us-ascii',
  ';a=b;',
  ' ',
)

const foreign = fc.oneof(
  fc.constantFrom(
    ...['', 'text/html', 'application/jsonp', 'application/xml', 'application/x-www-form-urlencoded', '*/*'],
    ...[
      'multipart/form-data; boundary=x',
      'application/json, text/plain',
      'application/json; charset=utf-16',
    ],
    ...['text/plain;charset=iso-8859-1', ';', 'json', 'constructor'],
  ),
  fc.constant(undefined),
)

/** One of `taken` in some way of writing it, seldom another one. */
export const contentType = (...taken: string[]): fc.Arbitrary<ContentType> =>
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc
        .tuple(fc.constantFrom(...taken), parameters, fc.boolean())
        .map(([type, rest, isUpper]) => ({
          type: (isUpper ? type.toUpperCase() : type) + rest,
          verdict: accept,
        })),
    },
    { weight: 1, arbitrary: foreign.map((type) => ({ type, verdict: refuse })) },
  )

const name = fc.oneof(
  fc.constantFrom(
    ...[
      'x-forwarded-for',
      'cookie',
      'authorization',
      'range',
      'if-none-match',
      'if-modified-since',
      'te',
      'via',
    ],
    ...[
      'x-http-method-override',
      'accept',
      'accept-encoding',
      'accept-language',
      'origin',
      'referer',
      'upgrade',
    ],
    ...[
      'user-agent',
      'x-request-id',
      'content-language',
      'content-md5',
      'forwarded',
      'max-forwards',
      'pragma',
    ],
  ),
  fc.stringMatching(/^[a-z!#$&*+.^_`|~0-9-]{1,30}$/).map((text) => `x${text}`),
)

/** What Node's client lets through. */
const value = fc.oneof(
  fc.constantFrom(
    '',
    '*',
    '0',
    '-1',
    'null',
    'bytes=0-',
    'h2c',
    'websocket',
    'PUT',
    'Bearer x',
    'é',
    '%00',
    '\t',
  ),
  fc.string({ maxLength: 30 }),
  fc.nat(2000).map((length) => 'x'.repeat(length)),
)

const connection = fc.constantFrom<OutgoingHttpHeaders>(
  { connection: 'close' },
  { connection: 'upgrade', upgrade: 'h2c' },
  { connection: 'keep-alive, foo' },
  { expect: '100-continue' },
)

/** Headers that change nothing about the outcome. */
export const otherHeaders: fc.Arbitrary<OutgoingHttpHeaders> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.dictionary(name, value, { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(name, fc.array(value, { maxLength: 3 }), { maxKeys: 3 }) },
  { weight: 1, arbitrary: connection },
)
