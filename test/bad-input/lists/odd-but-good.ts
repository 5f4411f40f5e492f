// Requests to ingest that look wrong and are not: each must be accepted.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { goodEvent, json, lines, text, type BadRequest } from '../bad-request.ts'

const good = JSON.stringify(goodEvent())

const event = (name: string, changes: Record<string, unknown>): BadRequest =>
  sent(name, JSON.stringify(goodEvent(changes)))

function sent(
  name: string,
  body: BadRequest['body'],
  headers: Record<string, string> = json,
  path = '/event',
): BadRequest {
  return { name, path, headers, body: body ?? '', status: 202 }
}

const written = (name: string, member: string) => sent(name, `${good.slice(0, -1)},${member}}`)

const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))

export const oddButGood: BadRequest[] = [
  written('__proto__ in properties', '"properties":{"__proto__":{"a":1}}'),
  written('constructor and toString in properties', '"properties":{"constructor":1,"toString":"x"}'),
  written('a duplicate field whose last value is good', '"site_id":7,"site_id":"bad-input"'),
  written(
    'minus zero and small numbers in properties',
    '"properties":{"a":-0,"b":1e-300,"c":9007199254740991}',
  ),
  event('null in every optional field', {
    path: null,
    user_id: null,
    timestamp: null,
    event_id: null,
    referrer: null,
    properties: null,
  }),
  event('an empty text in every optional field', {
    path: '',
    user_id: '',
    timestamp: '',
    event_id: '',
    referrer: '',
    properties: '',
  }),
  event('texts as long as may be', {
    site_id: 'x'.repeat(255),
    event_type: 'x'.repeat(100),
    path: 'x'.repeat(2048),
    event_id: 'x'.repeat(128),
  }),
  event('64 properties', { properties: keys(64) }),
  event('properties four deep', { properties: { a: { b: { c: {} } } } }),
  event('properties of 16,384 bytes', { properties: { a: 'x'.repeat(16_384 - '{"a":""}'.length) } }),
  event('emoji and other scripts', {
    site_id: '日本',
    path: '/😀',
    user_id: 'é',
    properties: { ключ: '值' },
  }),
  event('markup and SQL as text', { path: "/<script>'; DROP TABLE events; --", referrer: '%00%ff' }),
  event('control characters where they are allowed', { path: '/\u0001\u007f\u2028', user_id: '\t' }),
  event('the first instant there is', { timestamp: '2000-01-01T00:00:00Z' }),
  event('a time with a zone and nanoseconds', { timestamp: '2025-11-14T09:30:00.123456789+05:45' }),
  event('a time in small letters', { timestamp: '2025-11-14t09:30:00z' }),
  event('epoch milliseconds', { timestamp: 1_763_112_600_000 }),
  sent('blanks around the event', ` \n${good}\r\n`),
  sent('an event as text', good, text),
  sent('a content type in capitals with a charset', good, {
    'content-type': 'Application/JSON; Charset="UTF-8"',
  }),
  sent('an event with a query string', good, json, '/event?x=%'),
  { ...sent('an event in chunks', good), chunked: true },
  sent('an event of exactly 1 MB', () => good.padEnd(1_000_000)),
  sent('an event in gzip', gzipSync(good), { ...json, 'content-encoding': 'GZIP' }),
  sent(
    'an event in gzip of two members',
    Buffer.concat([gzipSync(good.slice(0, 9)), gzipSync(good.slice(9))]),
    { ...json, 'content-encoding': 'gzip' },
  ),
  sent('an event in deflate', deflateSync(good), { ...json, 'content-encoding': 'deflate' }),
  sent('an event in br', brotliCompressSync(good), { ...json, 'content-encoding': 'br' }),
  sent('an event that says it is not compressed', good, { ...json, 'content-encoding': 'identity' }),
  sent('a batch of one', `[${good}]`, json, '/events'),
  sent('a batch as text that is an array', ` [${good}]`, text, '/events'),
  sent('a batch as text of lines', `${good}\n${good}`, text, '/events'),
  sent('lines with blank lines and carriage returns', `\r\n${good}\r\n\n \n${good}`, lines, '/events'),
  sent('a batch of 10,000', () => `${good}\n`.repeat(10_000), lines, '/events'),
  { ...sent('a batch of which one event is bad', `${good}\nhello\n`, lines, '/events'), status: 207 },
  { ...sent('a batch of which one event is good', `[null,${good},{}]`, json, '/events'), status: 207 },
]
