// Events of POST /event with a field that cannot be kept.
import { goodEvent, json, nested, type BadRequest } from '../bad-request.ts'

/** The good event with `changes`, and the faults that ingest must name. */
function event(name: string, changes: Record<string, unknown>, ...faults: string[]): BadRequest {
  return {
    name,
    path: '/event',
    headers: json,
    body: JSON.stringify(goodEvent(changes)),
    status: 400,
    faults,
  }
}

/** The good event with `member` written into its JSON as it stands. */
function written(name: string, member: string, ...faults: string[]): BadRequest {
  const body = `${JSON.stringify(goodEvent()).slice(0, -1)},${member}}`
  return { name, path: '/event', headers: json, body, status: 400, faults }
}

const loneHigh = '\ud83d'
const loneLow = '\ude00'
const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))

const siteIds: BadRequest[] = [
  event('no site_id', { site_id: undefined }, 'site_id required'),
  event('a site_id of null', { site_id: null }, 'site_id required'),
  event('an empty site_id', { site_id: '' }, 'site_id required'),
  event('a number as site_id', { site_id: 7 }, 'site_id type'),
  event('true as site_id', { site_id: true }, 'site_id type'),
  event('an array as site_id', { site_id: ['demo'] }, 'site_id type'),
  event('an object as site_id', { site_id: { a: 1 } }, 'site_id type'),
  event('a site_id of 256 units', { site_id: 'x'.repeat(256) }, 'site_id too_long'),
  event('a site_id of 128 emoji, 256 units', { site_id: '😀'.repeat(128) }, 'site_id too_long'),
  event('a control character in site_id', { site_id: 'a\u0001b' }, 'site_id control_character'),
  event('a line break in site_id', { site_id: 'a\nb' }, 'site_id control_character'),
  event('a delete character in site_id', { site_id: 'a\u007f' }, 'site_id control_character'),
  event('a C1 control character in site_id', { site_id: 'a\u0085' }, 'site_id control_character'),
  event('an escaped NUL in site_id', { site_id: 'a\0' }, 'site_id nul'),
  event('a lone surrogate in site_id', { site_id: loneHigh }, 'site_id malformed_unicode'),
]

const texts: BadRequest[] = [
  event('no event_type', { event_type: undefined }, 'event_type required'),
  event('an empty event_type', { event_type: '' }, 'event_type required'),
  event('a number as event_type', { event_type: 1 }, 'event_type type'),
  event('an event_type of 101 units', { event_type: 'x'.repeat(101) }, 'event_type too_long'),
  event('an escaped NUL in event_type', { event_type: 'a\0' }, 'event_type nul'),
  event('a number as path', { path: 1 }, 'path type'),
  event('false as path', { path: false }, 'path type'),
  event('a path of 2,049 units', { path: `/${'x'.repeat(2048)}` }, 'path too_long'),
  event('a lone low surrogate in path', { path: `/${loneLow}` }, 'path malformed_unicode'),
  event('surrogates in the wrong order', { path: `/${loneLow}${loneHigh}` }, 'path malformed_unicode'),
  event('an escaped NUL in path', { path: '/\0' }, 'path nul'),
  event('a number as user_id', { user_id: 42 }, 'user_id type'),
  event('a user_id of 256 units', { user_id: 'x'.repeat(256) }, 'user_id too_long'),
  event('an array as referrer', { referrer: [] }, 'referrer type'),
  event('a referrer of 2,049 units', { referrer: 'x'.repeat(2049) }, 'referrer too_long'),
  event('a number as event_id', { event_id: 1 }, 'event_id type'),
  event('an event_id of 129 units', { event_id: 'x'.repeat(129) }, 'event_id too_long'),
  event('a lone surrogate in event_id', { event_id: loneHigh }, 'event_id malformed_unicode'),
  event('an escaped NUL in event_id', { event_id: '\0' }, 'event_id nul'),
  event(
    'a fault in every field',
    {
      site_id: 1,
      event_type: '',
      path: 1,
      user_id: 1,
      event_id: 1,
      referrer: 1,
      timestamp: true,
      properties: 1,
      x: 1,
    },
    ...['site_id type', 'event_type required', 'path type', 'user_id type', 'event_id type', 'referrer type'],
    ...['timestamp type', 'properties type', 'x unknown_field'],
  ),
]

const times = (name: string, timestamp: unknown, code = 'timestamp_format') =>
  event(`a timestamp ${name}`, { timestamp }, `timestamp ${code}`)

const timestamps: BadRequest[] = [
  times('of words', 'yesterday'),
  times('of a blank', ' '),
  times('without a zone', '2025-11-14T09:30:00'),
  times('without seconds', '2025-11-14T09:30Z'),
  times('without a time', '2025-11-14'),
  times('in the form of HTTP', 'Fri, 14 Nov 2025 09:30:00 GMT'),
  times('in the form of a week', '2025-W46-5T09:30:00Z'),
  times('on 30 February', '2025-02-30T00:00:00Z'),
  times('on 29 February of no leap year', '2025-02-29T00:00:00Z'),
  times('in month 13', '2025-13-01T00:00:00Z'),
  times('in month 0', '2025-00-01T00:00:00Z'),
  times('on day 0', '2025-11-00T00:00:00Z'),
  times('at hour 25', '2025-11-14T25:00:00Z'),
  times('at hour 24', '2025-11-14T24:00:00Z'),
  times('at minute 60', '2025-11-14T09:60:00Z'),
  times('at second 61', '2025-11-14T09:30:61Z'),
  times('in a zone of 24 hours', '2025-11-14T09:30:00+24:00'),
  times('in a zone of letters', '2025-11-14T09:30:00 CET'),
  times('in a zone without a colon', '2025-11-14T09:30:00+0100'),
  times('with an empty fraction', '2025-11-14T09:30:00.Z'),
  times('of a year with six digits', '+102025-11-14T09:30:00Z'),
  times('in full-width digits', '２０２５-11-14T09:30:00Z'),
  times('with a blank before it', ' 2025-11-14T09:30:00Z'),
  times('of 1,000,000 characters', '1'.repeat(900_000)),
  times('of epoch milliseconds as a text', '1763112600000'),
  times('of epoch milliseconds with a fraction', 1_763_112_600_000.5),
  times('of 1e21', 1e21),
  times('before 2000', '1999-12-31T23:59:59.999Z', 'timestamp_range'),
  times('before 2000 by its zone', '2000-01-01T00:30:00+01:00', 'timestamp_range'),
  times('of epoch seconds', 1_763_112_600, 'timestamp_range'),
  times('of a negative epoch', -1, 'timestamp_range'),
  times('of 0', 0, 'timestamp_range'),
  times('in the year 2999', '2999-01-01T00:00:00Z', 'timestamp_range'),
  times('of 2^53 - 1', Number.MAX_SAFE_INTEGER, 'timestamp_range'),
  times('of true', true, 'type'),
  times('of an array', [1_763_112_600_000], 'type'),
  times('of an object', {}, 'type'),
  written('a timestamp of 1e400', '"timestamp":1e400', 'timestamp '),
]

const properties = (name: string, value: unknown, fault: string) =>
  event(`properties ${name}`, { properties: value }, `properties${fault}`)

const propertyValues: BadRequest[] = [
  properties('of text', 'a', ' type'),
  properties('of a number', 1, ' type'),
  properties('of true', true, ' type'),
  properties('of an array', [1], ' type'),
  properties('of 65 keys', keys(65), ' too_many_keys'),
  properties('of 65 keys in two levels', { ...keys(32), inner: keys(32) }, ' too_many_keys'),
  properties('of 65 keys inside an array', { list: [keys(64)] }, ' too_many_keys'),
  properties('five deep', { a: { b: { c: { d: {} } } } }, '.a.b.c.d too_deep'),
  properties('five deep in arrays', { a: [[[[]]]] }, '.a[0][0][0] too_deep'),
  properties('of 16,385 bytes', { a: 'x'.repeat(16_385 - '{"a":""}'.length) }, ' too_large'),
  properties('of 16,386 bytes in 3-byte characters', { a: '€'.repeat(5460) }, ' too_large'),
  properties('with a lone surrogate', { a: loneHigh }, '.a malformed_unicode'),
  properties('with a lone surrogate in a key', { [loneLow]: 1 }, ' malformed_unicode'),
  properties('with an escaped NUL', { a: ['\0'] }, '.a[0] nul'),
  properties('with an escaped NUL in a key', { 'a\0': 1 }, ' nul'),
  properties('with a number above 2^53', { a: 9_007_199_254_740_994 }, '.a number_range'),
  properties('with a number below -2^53', { a: { b: [-1e21] } }, '.a.b[0] number_range'),
  properties('with a key that holds %2E', { 'a%2Eb': 1 }, ' reserved_key'),
  written('properties with 1e400', '"properties":{"a":1e400}', 'properties.a number_range'),
  written(
    'properties 10,000 deep',
    `"properties":${nested(10_000, '{"a":', '1', '}')}`,
    'properties.a.a.a.a too_deep',
  ),
  written(
    'properties of arrays 100,000 deep',
    `"properties":{"a":${nested(100_000, '[', '1', ']')}}`,
    'properties.a[0][0][0] too_deep',
  ),
]

const unknownFields: BadRequest[] = [
  event('a misspelt field', { userid: 'u1' }, 'userid unknown_field'),
  event('a field in another case', { Path: '/' }, 'Path unknown_field'),
  event('an empty name of a field', { '': 1 }, ' unknown_field'),
  event('a lone surrogate as the name of a field', { [loneHigh]: 1 }, '\ufffd unknown_field'),
  event('constructor as a field', { constructor: 1 }, 'constructor unknown_field'),
  event('toString as a field', { toString: 'x' }, 'toString unknown_field'),
  event('toJSON as a field', { toJSON: 'x' }, 'toJSON unknown_field'),
  written('__proto__ as a field', '"__proto__":{"path":"/x"}', '__proto__ unknown_field'),
  written('a duplicate field whose last value is wrong', '"site_id":5', 'site_id type'),
  event('10,000 fields too many', keys(10_000), 'k0 unknown_field'),
  event(
    'a field with a name of 900,000 characters',
    { ['x'.repeat(900_000)]: 1 },
    `${'x'.repeat(100)} unknown_field`,
  ),
]

export const eventFields: BadRequest[] = [
  ...siteIds,
  ...texts,
  ...timestamps,
  ...propertyValues,
  ...unknownFields,
]
