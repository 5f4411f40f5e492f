// Bodies of POST /event that are not one JSON object in UTF-8.
import { goodEvent, json, nested, type BadRequest } from '../bad-request.ts'

const good = JSON.stringify(goodEvent())

const body = (name: string, sent: BadRequest['body'], ...faults: string[]): BadRequest => ({
  name,
  path: '/event',
  headers: json,
  body: sent ?? '',
  status: 400,
  faults,
})

/** A good event with raw bytes in its path. */
const withBytes = (...bytes: number[]) =>
  Buffer.concat([Buffer.from(good.slice(0, -2)), Buffer.from(bytes), Buffer.from('"}')])

export const eventBodies: BadRequest[] = [
  body('a body that ends in the middle', good.slice(0, -5), ' json'),
  body('a body that is only an opening brace', '{', ' json'),
  body('a body of words', 'hello', ' json'),
  body('a body of HTML', '<html><body>hello</body></html>', ' json'),
  body('a form in place of JSON', 'site_id=demo&event_type=view', ' json'),
  body('a trailing comma', `${good.slice(0, -1)},}`, ' json'),
  body('single quotes', good.replaceAll('"', "'"), ' json'),
  body('keys without quotes', '{site_id: "demo", event_type: "view"}', ' json'),
  body('a comment', `/* hello */ ${good}`, ' json'),
  body('NaN as a value', `${good.slice(0, -1)},"timestamp":NaN}`, ' json'),
  body('a number that begins with zero', `${good.slice(0, -1)},"timestamp":01}`, ' json'),
  body('two objects', good + good, ' json'),
  body('two lines of JSON', `${good}\n${good}`, ' json'),
  body('something behind the object', `${good} x`, ' json'),
  body('a line break inside a text', good.replace('/home', '/ho\nme'), ' json'),
  body('an escape that is none', good.replace('/home', '\\x41'), ' json'),
  body('an escape that breaks off', good.replace('/home', '\\u12'), ' json'),
  body('a raw NUL byte inside a text', withBytes(0x00), ' json'),
  body('NUL bytes and nothing else', Buffer.alloc(1000), ' json'),
  body('no body at all', '', ' empty'),
  body('a body of blanks', ' \t\r\n ', ' empty'),
  body('a byte order mark', `\ufeff${good}`, ' bom'),
  body('a byte order mark and nothing else', '\ufeff', ' bom'),
  body('a byte that is no UTF-8', withBytes(0xff), ' utf8'),
  body('Latin-1 for an umlaut', withBytes(0xe4), ' utf8'),
  body('an overlong NUL', withBytes(0xc0, 0x80), ' utf8'),
  body('a surrogate in UTF-8', withBytes(0xed, 0xa0, 0x80), ' utf8'),
  body('a code point beyond Unicode', withBytes(0xf5, 0x80, 0x80, 0x80), ' utf8'),
  body('a character that breaks off', withBytes(0xe2, 0x82), ' utf8'),
  body('UTF-16', Buffer.from(good, 'utf16le'), ' json'),
  body('UTF-16 with its byte order mark', Buffer.from(`\ufeff${good}`, 'utf16le'), ' utf8'),
  body('null', 'null', ' type'),
  body('an empty array', '[]', ' type'),
  body('an event in an array', `[${good}]`, ' type'),
  body('an empty text', '""', ' type'),
  body('a text', '"site_id"', ' type'),
  body('true', 'true', ' type'),
  body('a number', '42', ' type'),
  body('a number that is infinite', '1e400', ' type'),
  body('an empty object', '{}', 'site_id required', 'event_type required'),
  body('arrays 10,000 deep', nested(10_000, '[', '', ']'), ' type'),
  body('objects 10,000 deep', nested(10_000, '{"a":', '1', '}'), 'a unknown_field', 'site_id required'),
  { ...body('arrays 400,000 deep', () => nested(400_000, '[', '', ']'), ' type'), heavy: true },
  body('arrays 400,000 deep that never close', () => '['.repeat(400_000), ' json'),
]
