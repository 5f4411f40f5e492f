// GET /stats with every parameter, good and bad, and the rest of what the two services can be asked.
import fc from 'fast-check'
import { accept, refuse, type MakeCase, type RequestCase, type Verdict } from '../case.ts'
import { site } from './event.ts'
import { otherHeaders } from './headers.ts'
import { spoilBytes } from './spoil-bytes.ts'
import { goodText, textOf } from './texts.ts'

/** A parameter as it stands in the query string. */
type Parameter = readonly [name: string, value: string]

const day = fc.oneof(
  // Days on which some country changed its clocks, skipped a day, or had no midnight.
  fc.constantFrom(
    ...[
      '2025-03-30',
      '2025-10-26',
      '2025-11-02',
      '2025-09-07',
      '2011-12-30',
      '2011-12-31',
      '2018-11-04',
      '2025-11-14',
    ],
    ...[
      '2024-02-29',
      '2000-01-01',
      '1970-01-01',
      '0001-01-01',
      '9998-12-31',
      '2016-12-31',
      '2015-08-15',
      '1847-12-01',
    ],
  ),
  fc
    .integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2026, 0, 1) })
    .map((at) => new Date(at).toISOString().slice(0, 10)),
)

const instant = fc
  .tuple(day, fc.nat(86_399_999), fc.constantFrom('Z', 'z', '+05:45', '-03:30', '+00:00'))
  .map(([date, at, zone]) => `${date}T${new Date(at).toISOString().slice(11, 23)}${zone}`)

const timeZone = fc.constantFrom(
  ...Intl.supportedValuesOf('timeZone'),
  ...['UTC', 'Etc/GMT+5', 'Etc/GMT-14', 'utc', 'asia/kathmandu', 'EST5EDT', 'GMT'],
)

const writeValue: fc.Arbitrary<(text: string) => string> = fc.constantFrom<((text: string) => string)[]>(
  (text) => encodeURIComponent(text),
  (text) => encodeURIComponent(text).replaceAll('%20', '+'),
  (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
)

const written = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Parameter> =>
  fc.tuple(value, writeValue).map(([text, write]): Parameter => [name, write(text)])

const range: fc.Arbitrary<Parameter[]> = fc.oneof(
  fc.constant<Parameter[]>([]),
  written('date', day).map((date) => [date]),
  fc
    .oneof(day, instant)
    .chain((text) =>
      fc.constantFrom('from', 'to').map((name): Parameter[] => [[name, encodeURIComponent(text)]]),
    ),
  fc
    .tuple(fc.integer({ min: 2000, max: 2025 }), fc.integer({ min: 1, max: 30 }))
    .map(([year, years]): Parameter[] => [
      ['from', `${year}-01-01`],
      ['to', `${year + years}-06-01T00:00:00Z`],
    ]),
)

const goodParameters: fc.Arbitrary<Parameter[]> = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: written('site_id', site) },
      written('site_id', textOf(255, ['x', 'é', '😀'])),
    ),
    range,
    fc.option(written('timezone', timeZone)),
    fc.option(written('limit', fc.integer({ min: 1, max: 1000 }).map(String))),
    fc.option(
      written('event_type', fc.constantFrom('click', 'page_view', 'x'.repeat(100), '日本', "' OR 1=1")),
    ),
    fc.nat(5),
  )
  .map(([siteId, times, zone, limit, type, first]) => {
    const all = [siteId, ...times, ...[zone, limit, type].filter((parameter) => parameter !== null)]
    return [...all.slice(first), ...all.slice(0, first)]
  })

const names = fc.constantFrom('site_id', 'date', 'from', 'to', 'timezone', 'limit', 'event_type')

const surelyBad: fc.Arbitrary<Parameter> = fc.oneof(
  fc.constantFrom<Parameter>(
    ...['0', '1001', '-1', '1.5', '', '1e2', '0x10', 'NaN', '9'.repeat(40)].map((value): Parameter => [
      'limit',
      value,
    ]),
    ...['Mars', '', '+05:00', '..%2F', '%00', 'x'.repeat(2000), 'UTC%20'].map((value): Parameter => [
      'timezone',
      value,
    ]),
    ...['2025-02-29', '2025-13-01', '2025-1-1', 'today', '', '-000001-01-01', '2025-11-14T00:00:00Z'].map(
      (value): Parameter => ['date', value],
    ),
    ...['2025-11-14T09:30:00', 'now', '', '1763112600000', '2025-11-14T25:00:00Z'].map((value): Parameter => [
      'from',
      value,
    ]),
    ...['', 'a%00', '%0a', 'x'.repeat(256), '%ff', '%ed%a0%80', '%', '%zz'].map((value): Parameter => [
      'site_id',
      value,
    ]),
    ...['', 'x'.repeat(101), '%00', '%7f'].map((value): Parameter => ['event_type', value]),
    ...['', 'siteid', '__proto__', 'constructor', 'site_id[]', 'day', 'SITE_ID'].map((name): Parameter => [
      name,
      '1',
    ]),
  ),
)

/** Puts a parameter in place of the one of its name: twice would be bad in itself. */
function put(all: Parameter[], parameter: Parameter): Parameter[] {
  return [...all.filter(([name]) => name !== parameter[0]), parameter]
}

const query: fc.Arbitrary<{ text: string; verdict: Verdict }> = fc.oneof(
  { weight: 6, arbitrary: goodParameters.map((all) => ({ text: write(all), verdict: accept })) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(goodParameters, surelyBad)
      .map(([all, bad]) => ({ text: write(put(all, bad)), verdict: refuse })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(goodParameters, names).map(([all, name]) => {
      return { text: write([...put(all, [name, '1']), [name, '1']]), verdict: refuse }
    }),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(goodParameters, names, goodText).map(([all, name, text]) => {
      return { text: write(put(all, [name, encodeURIComponent(text)])), verdict: null }
    }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(goodParameters, spoilBytes).map(([all, spoil]) => {
      return { text: spoil(Buffer.from(write(all))).toString('latin1'), verdict: null }
    }),
  },
)

function write(all: Parameter[]): string {
  return all.map((pair) => pair.join('=')).join('&')
}

/** What HTTP does not take in an address is sent escaped. */
function sendable(path: string): string {
  return path.replace(/[^\u0021-\u007e]|#/gu, encodeURIComponent)
}

export const getStats: fc.Arbitrary<MakeCase> = fc
  .tuple(query, fc.constantFrom('GET', 'GET', 'GET', 'HEAD'), otherHeaders)
  .map(([{ text, verdict }, method, headers]): MakeCase => () => {
    const path = sendable(`/stats?${text}`)
    return { kind: 'question', to: 'reporting', request: { method, path, headers }, verdict }
  })

const service = fc.constantFrom<RequestCase['to']>('ingest', 'reporting')
const method = fc.constantFrom(
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'M-SEARCH',
)

/** Routes that are there, with every method. */
const knownPath = fc
  .tuple(
    service,
    method,
    fc.constantFrom('/readyz', '/livez', '/health', '/metrics', '/event', '/events'),
    otherHeaders,
  )
  .map(([to, name, path, headers]): MakeCase => () => {
    const isRead = (name === 'GET' || name === 'HEAD') && !path.startsWith('/event')
    return {
      kind: 'request',
      to,
      request: { method: name, path, headers },
      verdict: isRead ? accept : refuse,
    }
  })

/** Routes that are not there, with a body or without. */
const otherPath = fc
  .tuple(
    service,
    fc.oneof(method, fc.constant('POST')),
    fc.oneof(
      fc.constantFrom(
        '//event',
        '/event/',
        '/EVENT',
        '/x/../event',
        '/%',
        '/%ff',
        '/%2e%2e/',
        '/constructor',
        '*',
      ),
      goodText.map((text) => `/x${encodeURIComponent(text)}`),
      fc.stringMatching(/^(\/[a-z0-9%.;=?-]{0,5}){1,4}$/).map((path) => `/x${path}`),
      fc.nat(6000).map((length) => `/${'x'.repeat(length + 1)}`),
    ),
    otherHeaders,
    fc.oneof(fc.constant(''), fc.string({ maxLength: 500 })),
  )
  .map(([to, name, path, headers, body]): MakeCase => () => {
    const sent = name === 'POST' || name === 'PUT' ? { body } : {}
    return {
      kind: 'request',
      to,
      request: { method: name, path: sendable(path), headers, ...sent },
      verdict: refuse,
    }
  })

export const otherRequest: fc.Arbitrary<MakeCase> = fc.oneof(knownPath, otherPath)
