// Requests to ingest that are wrong before their body is read.
import { goodEvent, json, text, type BadRequest } from '../bad-request.ts'

const good = JSON.stringify(goodEvent())

const method = (name: string, path: string): BadRequest => ({
  name: `${name} ${path}`,
  method: name,
  path,
  status: 405,
  answerHeaders: { allow: 'POST' },
})

const type = (name: string, contentType: string | undefined, path = '/event'): BadRequest => ({
  name,
  path,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
  body: good,
  status: 415,
})

const address = (name: string, path: string): BadRequest => ({
  name,
  path,
  headers: json,
  body: good,
  status: 404,
})

const methods: BadRequest[] = [
  ...['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE', 'PROPFIND'].map((name) => method(name, '/event')),
  ...['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE', 'PROPFIND'].map((name) => method(name, '/events')),
  { ...method('PUT', '/event'), name: 'PUT /event with a good event', headers: json, body: good },
  {
    name: 'POST /readyz',
    path: '/readyz',
    headers: json,
    body: good,
    status: 405,
    answerHeaders: { allow: 'GET, HEAD' },
  },
]

const types: BadRequest[] = [
  type('no content type', undefined),
  type('no content type for a batch', undefined, '/events'),
  type('an empty content type', ''),
  type('a form', 'application/x-www-form-urlencoded'),
  type('a form of several parts', 'multipart/form-data; boundary=x'),
  type('HTML', 'text/html'),
  type('lines for one event', 'application/x-ndjson'),
  type('a name that only begins like JSON', 'application/jsonp'),
  type('JSON behind another type', 'text/html, application/json'),
  type('a content type of separators', ';;;,,,'),
  type('JSON in UTF-16', 'application/json; charset=utf-16'),
  type('JSON in Latin-1', 'application/json;charset="iso-8859-1"'),
  type('a batch in UTF-32', 'application/json; charset=utf-32', '/events'),
  type('lines in UTF-7', 'application/x-ndjson; charset=utf-7', '/events'),
]

const addresses: BadRequest[] = [
  address('a misspelt route', '/evnt'),
  address('a slash too many at the end', '/event/'),
  address('a slash too many at the beginning', '//event'),
  address('a route in capitals', '/EVENT'),
  address('a route below a route', '/event/1'),
  address('a route through a folder', '/x/../event'),
  address('a word of every object as a route', '/constructor'),
  address('a route of 4,000 characters', `/${'x'.repeat(4000)}`),
  { ...address('numbers asked of ingest', '/stats?site_id=demo'), method: 'GET', detail: 'reporting' },
  { ...address('nothing at the root', '/'), method: 'GET' },
  { name: 'an address with a broken escape', method: 'GET', path: '/%', status: 404 },
  { name: 'an address with an escape that is no UTF-8', method: 'GET', path: '/%ff', status: 404 },
]

const sizes: BadRequest[] = [
  {
    name: 'an event of more than 1 MB',
    path: '/event',
    headers: json,
    body: () => good.padEnd(1_000_001),
    status: 413,
    heavy: true,
  },
  {
    name: 'an event of more than 1 MB in chunks',
    path: '/event',
    headers: json,
    body: () => good.padEnd(1_000_001),
    chunked: true,
    status: 413,
    heavy: true,
  },
  {
    name: 'an event of 20 MB',
    path: '/event',
    headers: text,
    body: () => ' '.repeat(20_000_000),
    status: 413,
    heavy: true,
  },
  {
    name: 'an event of 20 MB from a client that closes its connection',
    path: '/event',
    headers: { ...text, connection: 'close' },
    body: () => ' '.repeat(20_000_000),
    status: 413,
    heavy: true,
  },
]

const head = (path = '/event') => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`

const onTheWire: BadRequest[] = [
  raw('a content length over the cap and hardly any body', `${head()}Content-Length: 5000000\r\n\r\n{`, 413),
  raw('a content length beyond all numbers', `${head()}Content-Length: 99999999999999999999999\r\n\r\n`, 400),
  raw('a negative content length', `${head()}Content-Length: -1\r\n\r\n`, 400),
  raw('a content length in words', `${head()}Content-Length: ten\r\n\r\n`, 400),
  raw('two content lengths', `${head()}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, 400),
  raw(
    'a content length and chunks',
    `${head()}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ),
  raw(
    'a chunk whose size is no number',
    `${head()}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    400,
  ),
  raw('words in place of HTTP', 'hello, is anybody there?\r\n\r\n', 400),
  raw('a TLS hello', Buffer.from('160301020001000000', 'hex'), 400),
  raw('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400),
  raw('a version that is none', 'POST /event HTTP/9.9\r\nHost: x\r\n\r\n', 400),
  raw('a method that is none', 'SEND /event HTTP/1.1\r\nHost: x\r\n\r\n', 400),
  { ...raw('no host', 'POST /event HTTP/1.1\r\nContent-Length: 0\r\n\r\n', 400), bare: true },
  raw('a header without a colon', 'POST /event HTTP/1.1\r\nHost x\r\n\r\n', 400),
  raw('a NUL in a header', `${head()}X-A: a\0b\r\n\r\n`, 400),
  raw('a header of 100,000 bytes', `${head()}X-A: ${'a'.repeat(100_000)}\r\n\r\n`, 400),
  raw('5,000 headers', `${head()}${'X-A: a\r\n'.repeat(5000)}\r\n`, 400),
  raw('an address of 100,000 bytes', head(`/${'a'.repeat(100_000)}`), 400),
  raw('a blank in the address', 'GET /stats x HTTP/1.1\r\nHost: x\r\n\r\n', 400),
  raw('an expectation that nobody meets', `${head()}Expect: a miracle\r\nContent-Length: 2\r\n\r\n{}`, 417),
  raw('a connection to be tunnelled', 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n', null),
  raw('a body that is never finished', `${head()}Content-Length: 100\r\n\r\n{"site_id"`, null),
  raw('chunks that are never finished', `${head()}Transfer-Encoding: chunked\r\n\r\n5\r\n{"si`, null),
]

function raw(name: string, bytes: string | Buffer, status: number | null): BadRequest {
  return { name, path: '/event', raw: bytes, status }
}

export const requests: BadRequest[] = [...methods, ...types, ...addresses, ...sizes, ...onTheWire]
