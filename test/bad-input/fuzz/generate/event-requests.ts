// POST /event and POST /events: good events and spoilt ones, in every form a body may have.
import type { OutgoingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { accept, refuse, type IdSource, type MakeCase, type RequestCase, type Verdict } from '../case.ts'
import { encode, type Encode } from './encoding.ts'
import { lineStyle, style, writeObject } from './event.ts'
import { contentType, otherHeaders, type ContentType } from './headers.ts'
import { spoilBytes, type SpoilBytes } from './spoil-bytes.ts'
import { judgedEvent, type MakeJudged } from './spoil-event.ts'

interface Travel {
  type: ContentType
  encode: Encode
  spoil: SpoilBytes | null
  chunked: boolean
  headers: OutgoingHttpHeaders
}

const travel = (...types: string[]): fc.Arbitrary<Travel> =>
  fc.record({
    type: contentType(...types),
    encode,
    spoil: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, spoilBytes),
    chunked: fc.constantFrom(false, false, false, true),
    headers: otherHeaders,
  })

/** The request, and what is still certain of its body after all that happened to it on its way. */
function request(
  path: string,
  body: Buffer,
  verdict: Verdict,
  way: Travel,
): Pick<RequestCase, 'request' | 'verdict'> {
  const { encoding, bytes, arrives } = way.encode(way.spoil ? way.spoil(body) : body)
  const headers = {
    ...way.headers,
    ...(way.type.type === undefined ? {} : { 'content-type': way.type.type }),
    ...(encoding === null ? {} : { 'content-encoding': encoding }),
  }
  const chunked = way.chunked ? { chunked: true as const } : {}
  const isRefused = way.type.verdict === refuse || arrives === 'never'
  const isCertain = !way.spoil && arrives === 'whole'
  return {
    request: { path, headers, body: bytes, ...chunked },
    verdict: isRefused ? refuse : isCertain ? verdict : null,
  }
}

/** One event. */
export const postEvent: fc.Arbitrary<MakeCase> = fc
  .tuple(
    judgedEvent,
    style,
    travel('application/json', 'text/plain'),
    fc.constantFrom('', '', '', '?a=%', '?'),
  )
  .map(([make, blanks, way, query]) => (nextId) => {
    const { members, verdict } = make(nextId)
    const body = Buffer.from(writeObject(members, blanks))
    return { kind: 'event', to: 'ingest', ...request(`/event${query}`, body, verdict, way) }
  })

interface Judged {
  text: string
  verdict: Verdict
}

const event = fc.tuple(judgedEvent, lineStyle)

/** Most batches are small; one in a hundred is near the cap, of few different events. */
const batch: fc.Arbitrary<(nextId: IdSource) => Judged[]> = fc.oneof(
  {
    weight: 99,
    arbitrary: fc
      .array(event, { maxLength: 20 })
      .map((all) => (nextId: IdSource) => all.map((one) => judged(one, nextId))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(event, { minLength: 1, maxLength: 5 }), fc.constantFrom(100, 300, 300, 2000, 10_001))
      .map(([all, count]) => (nextId: IdSource) => {
        if (count > 10_000) return Array<Judged>(count).fill({ text: '{}', verdict: refuse })
        return Array.from({ length: count }, (_, index) =>
          judged(all[index % all.length] ?? [noEvent, ''], nextId),
        )
      }),
  },
)

const noEvent: MakeJudged = () => ({ members: [], verdict: refuse })

function judged([make, blanks]: [MakeJudged, string], nextId: IdSource): Judged {
  const { members, verdict } = make(nextId)
  return { text: writeObject(members, blanks), verdict }
}

/** An array. A part that is no JSON may spoil its neighbours. */
const asArray = fc
  .tuple(batch, style, travel('application/json', 'text/plain'))
  .map(([make, blanks, way]): MakeCase => (nextId) => {
    const all = make(nextId)
    const body = Buffer.from(`${blanks}[${all.map(({ text }) => text).join(`${blanks},${blanks}`)}]`)
    const isReadable = all.every(({ text }) => isJson(text))
    return toCase(body, isReadable ? all : null, way)
  })

/** Lines, with blank ones between them. */
const asLines = fc
  .tuple(
    batch,
    fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\n \t\r\n'),
    travel('application/x-ndjson', 'text/plain'),
  )
  .map(([make, lineBreak, way]): MakeCase => (nextId) => {
    const all = make(nextId)
    const body = Buffer.from(all.map(({ text }) => text + lineBreak).join(''))
    const isReadable = all.every(({ text }) => !text.includes('\n'))
    const exact = all.map((one) => (isJson(one.text) ? one : { ...one, verdict: refuse }))
    return toCase(body, isReadable ? exact : null, way)
  })

/** @param all null where it is not certain which events the body holds */
function toCase(body: Buffer, all: Judged[] | null, way: Travel): RequestCase {
  const isTooLarge = body.length > 10_000_000 || (all?.length ?? 0) > 10_000
  const verdict = isTooLarge ? refuse : all && verdictOf(all)
  const sent = request('/events', body, verdict, way)
  const isAsMade = all !== null && verdict !== null && verdict !== refuse && sent.verdict === verdict
  return {
    kind: 'batch',
    to: 'ingest',
    ...sent,
    ...(isAsMade ? { events: all.map((one) => one.verdict) } : {}),
  }
}

/** Accepted with one good event, refused with none. */
function verdictOf(all: Judged[]): Verdict {
  if (all.some(({ verdict }) => verdict?.must === 'accept')) return accept
  return all.every(({ verdict }) => verdict?.must === 'refuse') ? { must: 'refuse', field: null } : null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export const postEvents: fc.Arbitrary<MakeCase> = fc.oneof(asArray, asLines)
