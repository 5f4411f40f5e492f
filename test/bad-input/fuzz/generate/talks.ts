// Bytes over a connection of their own: requests that no HTTP client writes, several at once, cut, or no HTTP at all.
import fc from 'fast-check'
import type { IdSource, MakeCase, TalkCase } from '../case.ts'
import { site, toUuid, writeObject, type Member } from './event.ts'
import { spoilBytes, type SpoilBytes } from './spoil-bytes.ts'

interface Message {
  head: string
  body: Buffer
  /** The event in it; null where there is none. */
  event: Buffer | null
}

type MakeMessage = (nextId: IdSource) => Message

/** An event that is told from all others by a UUID, so that an answer says which one was accepted. */
const eventOf = fc
  .tuple(site, fc.constantFrom('page_view', 'click'), fc.nat(50))
  .map(([siteId, type, user]) => (nextId: IdSource) => {
    const members: Member[] = Object.entries({
      ...{
        site_id: siteId,
        event_type: type,
        path: '/talk',
        user_id: `user-${user}`,
        event_id: toUuid(nextId()),
      },
      timestamp: '2025-11-14T09:30:00Z',
    }).map(([name, value]) => [JSON.stringify(name), JSON.stringify(value)])
    return Buffer.from(writeObject(members))
  })

const blanks = fc.constantFrom(' ', ' ', '', '  ', '\t')
const host = fc.constantFrom('Host: x', 'host: 127.0.0.1', 'HOST:x', 'Host:')
const oddHeader = fc.constantFrom(
  ...[
    'X-A: b',
    'X-A:',
    'X-Empty: \t',
    'Accept: */*',
    `X-Long: ${'x'.repeat(4000)}`,
    'Cookie: a=b\r\nCookie: c=d',
  ],
  ...['Connection: keep-alive', 'X-High: \xe9\xff', 'Forwarded: for=x', 'Expect: 100-continue'],
)

/** Cuts a body into chunks as HTTP frames them. */
function inChunks(body: Buffer, size: number, extension: string): Buffer {
  const parts: Buffer[] = []
  for (let start = 0; start < body.length; start += size) {
    const part = body.subarray(start, start + size)
    parts.push(Buffer.from(`${part.length.toString(16)}${extension}\r\n`), part, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

const framing = fc.oneof(
  fc.constant(null),
  fc.record({ size: fc.integer({ min: 1, max: 200 }), extension: fc.constantFrom('', '', ';a=b', ';a="b"') }),
)

/** A request that must be accepted, however oddly it is written. */
const goodPost: fc.Arbitrary<MakeMessage> = fc
  .tuple(
    eventOf,
    framing,
    blanks,
    host,
    fc.array(oddHeader, { maxLength: 3 }),
    fc.constantFrom('/event', '/events'),
  )
  .map(([make, chunks, blank, hostLine, others, path]) => (nextId) => {
    const event = make(nextId)
    const type = path === '/events' ? 'application/x-ndjson' : 'application/json'
    const length = chunks ? `Transfer-Encoding:${blank}chunked` : `Content-Length:${blank}${event.length}`
    const lines = [`POST ${path} HTTP/1.1`, hostLine, ...others, `Content-Type:${blank}${type}`, length]
    const body = chunks ? inChunks(event, chunks.size, chunks.extension) : event
    return { head: `${lines.join('\r\n')}\r\n\r\n`, body, event }
  })

const lies = fc.constantFrom(
  ...[
    'Content-Length: 0',
    'Content-Length: 1',
    'Content-Length: -1',
    'Content-Length: 5000000',
    'Content-Length: x',
  ],
  ...[
    'Content-Length: 99999999999999999999',
    'Content-Length: 1e2',
    'Content-Length: 0x20',
    'Content-Length: 10, 10',
  ],
  ...['Content-Length: 5\r\nContent-Length: 6', 'Transfer-Encoding: chunked\r\nContent-Length: 3'],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, identity',
  ],
  ...[
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding:\x0bchunked',
    'Transfer-Encoding: chunked\r\n chunked',
  ],
  ...[
    'Content-Length: 10\r\n Folded: x',
    'Content Length: 10',
    'Upgrade: h2c\r\nConnection: Upgrade',
    'X\0Y: z',
  ],
  ...['Content-Encoding: gzip', 'Content-Type: \x01', 'Expect: a miracle', ': empty', 'NoColon'],
)

/** A request that lies about its body, or cannot be read. */
const badPost: fc.Arbitrary<MakeMessage> = fc
  .tuple(
    ...([
      eventOf,
      lies,
      fc.constantFrom('POST', 'POST', 'GET', 'SEND', 'post', 'P\u00d6ST', 'CONNECT', ''),
    ] as const),
    fc.constantFrom(
      '/event',
      '/event',
      'http://x/event',
      '*',
      '/e vent',
      '/\0',
      `/${'x'.repeat(20_000)}`,
      '',
    ),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'HTTP/1.1 x', ''),
    fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
  )
  .map(([make, lie, method, path, version, lineBreak]) => (nextId) => {
    const event = make(nextId)
    const lines = [`${method} ${path} ${version}`, 'Host: x', 'Content-Type: application/json', lie]
    return { head: lines.join(lineBreak) + lineBreak.repeat(2), body: event, event }
  })

const goodGet: fc.Arbitrary<MakeMessage> = fc.constantFrom('/livez', '/readyz').map((path) => () => ({
  head: `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
  body: Buffer.alloc(0),
  event: null,
}))

/** No HTTP at all. */
const garbage: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      ...[
        'hello?\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        '\r\n\r\n\r\n',
        'GET /livez\r\n\r\n',
        '*1\r\n$4\r\nPING\r\n',
      ],
      ...[
        'GET /livez HTTP/1.1\r\nHost: x\r\n',
        `GET / HTTP/1.1\r\n${'X-A: a\r\n'.repeat(3000)}\r\n`,
        '\0'.repeat(100),
      ],
      ...[`GET / HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 'x'.repeat(100_000), 'EHLO example.org\r\n'],
    )
    .map((text) => Buffer.from(text, 'latin1')),
  fc
    .constantFrom('16030100a5010000a1', '000000000000', 'ffffffff', '050100')
    .map((hex) => Buffer.from(hex, 'hex')),
)

/** Where bytes are cut into what is written at once, as shares of the whole. */
const cuts = fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(1000), { maxLength: 6 }))

function inPieces(bytes: Buffer, at: number[]): Buffer[] {
  const places = at
    .map((share) => Math.floor((share / 1001) * bytes.length))
    .sort((left, right) => left - right)
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length))
}

const bytesOf = ({ head, body }: Message) => Buffer.concat([Buffer.from(head, 'latin1'), body])
const service = fc.constantFrom<TalkCase['to']>('ingest', 'ingest', 'ingest', 'reporting')

/** Several good requests at once: all are answered, in order. */
const pipelined = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: goodPost }, goodGet), { minLength: 1, maxLength: 6 }),
    cuts,
  )
  .map(([makes, at]): MakeCase => (nextId) => {
    const messages = makes.map((make) => make(nextId))
    const pieces = inPieces(Buffer.concat(messages.map(bytesOf)), at)
    return { ...talk('ingest', 'half-close', pieces, messages), accepted: messages.length }
  })

/** Good and bad ones, changed anywhere but in their bodies, and left in any way. */
const broken = fc
  .tuple(
    fc.array(fc.oneof({ weight: 2, arbitrary: badPost }, goodPost), { minLength: 1, maxLength: 3 }),
    fc.option(spoilBytes, { freq: 2 }),
    cuts,
    fc.constantFrom(1000, 1000, 990, 700, 300),
    fc.constantFrom<TalkCase['ending']>('half-close', 'half-close', 'half-close', 'cut'),
    service,
  )
  .map(([makes, spoil, at, share, ending, to]): MakeCase => (nextId) => {
    const messages = makes.map((make) => make(nextId))
    const all = Buffer.concat(messages.map((message) => bytesOf(spoilHead(message, spoil))))
    return talk(to, ending, inPieces(all.subarray(0, Math.ceil((all.length * share) / 1000)), at), messages)
  })

function spoilHead(message: Message, spoil: SpoilBytes | null): Message {
  if (!spoil) return message
  return { ...message, head: spoil(Buffer.from(message.head, 'latin1')).toString('latin1') }
}

const noise = fc
  .tuple(garbage, cuts, fc.constantFrom<TalkCase['ending']>('half-close', 'half-close', 'cut'), service)
  .map(
    ([bytes, at, ending, to]): MakeCase =>
      () =>
        talk(to, ending, inPieces(bytes, at), []),
  )

/** A client that begins and then says nothing more. */
const silent = fc.tuple(goodPost, fc.nat(999), service).map(([make, share, to]): MakeCase => (nextId) => {
  const message = make(nextId)
  const all = bytesOf(message)
  return talk(to, 'stay', [all.subarray(0, Math.floor((all.length * share) / 1000))], [message])
})

function talk(
  to: TalkCase['to'],
  ending: TalkCase['ending'],
  pieces: Buffer[],
  messages: Message[],
): TalkCase {
  const events = messages.flatMap(({ event }) => (event ? [event] : []))
  return { kind: 'talk', to, ending, pieces, events, accepted: null }
}

export const anyTalk: fc.Arbitrary<MakeCase> = fc.oneof(
  { weight: 40, arbitrary: pipelined },
  { weight: 40, arbitrary: broken },
  { weight: 18, arbitrary: noise },
  { weight: 1, arbitrary: silent },
)
