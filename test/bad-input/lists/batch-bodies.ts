// Bodies of POST /events of which no event can be kept.
import { goodEvent, json, lines, nested, text, type BadRequest } from '../bad-request.ts'

const good = JSON.stringify(goodEvent())

const batch = (
  name: string,
  headers: Record<string, string>,
  body: BadRequest['body'],
  ...faults: string[]
): BadRequest => ({
  name,
  path: '/events',
  headers,
  body: body ?? '',
  status: 400,
  faults,
})

const tooLarge = (name: string, headers: Record<string, string>, body: BadRequest['body']): BadRequest => ({
  ...batch(name, headers, body),
  status: 413,
})

const megabytes = (count: number) => () => `[${good}${' '.repeat(count * 1_000_000)}]`

export const batchBodies: BadRequest[] = [
  batch('an empty array', json, '[]', ' empty'),
  batch('an array of blanks', json, ' [ \n ] ', ' empty'),
  batch('no body for an array', json, '', ' empty'),
  batch('no lines', lines, '', ' empty'),
  batch('blank lines only', lines, '\n\r\n \t\n', ' empty'),
  batch('no text', text, '', ' empty'),
  batch('an object in place of an array', json, good, ' type'),
  batch('null in place of an array', json, 'null', ' type'),
  batch('a text in place of an array', json, '"[]"', ' type'),
  batch('an object with numbered keys', json, `{"0":${good},"length":1}`, ' type'),
  batch('an array that ends in the middle', json, `[${good},`, ' json'),
  batch('lines with the content type of an array', json, `${good}\n${good}\n`, ' json'),
  batch('an array in UTF-16', json, Buffer.from(`\ufeff[${good}]`, 'utf16le'), ' utf8'),
  batch('an array with a byte order mark', json, `\ufeff[${good}]`, ' bom'),
  batch('a text that begins like an array and is none', text, `[${good}`, ' json'),
  batch('an array with the content type of lines', lines, `[${good}]`, ' type'),
  batch('an array of nulls', json, '[null,null]', ' type'),
  batch('an array of arrays of events', json, `[[${good}]]`, ' type'),
  batch('an array of texts', json, `[${JSON.stringify(good)}]`, ' type'),
  batch('an array of empty objects', json, '[{},{}]', 'site_id required', 'event_type required'),
  batch('an array 10,000 deep', json, nested(10_000, '[', '', ']'), ' type'),
  batch('lines of words', lines, 'hello\nworld\n', ' json'),
  batch('one line that breaks off', lines, good.slice(0, -1), ' json'),
  batch('an event over two lines', lines, `{"site_id":"a",\n"event_type":"b"}`, ' json'),
  batch('lines that are no UTF-8', lines, Buffer.from('{"site_id":"\xff"}', 'latin1'), ' utf8'),
  batch('one line with a byte order mark', lines, `\ufeff${good}`, ' bom'),
  {
    ...batch(
      '10,000 events without a site_id',
      json,
      () => `[${Array<string>(10_000).fill('{}').join()}]`,
      'site_id required',
    ),
    heavy: true,
  },
  { ...batch('10,000 lines of words', lines, () => 'x\n'.repeat(10_000), ' json'), heavy: true },
  {
    ...tooLarge('10,001 events in an array', json, () => `[${Array<string>(10_001).fill(good).join()}]`),
    detail: '10000 events',
    heavy: true,
  },
  {
    ...tooLarge('10,001 lines', lines, () => `${good}\n`.repeat(10_001)),
    detail: '10000 events',
    heavy: true,
  },
  tooLarge('10,001 bad events', json, () => `[${Array<string>(10_001).fill('0').join()}]`),
  { ...tooLarge('more than 10 MB', json, megabytes(10)), heavy: true },
  { ...tooLarge('more than 10 MB in chunks', json, megabytes(10)), chunked: true, heavy: true },
  { ...tooLarge('30 MB', json, megabytes(30)), heavy: true },
  { ...tooLarge('one line of more than 10 MB', lines, () => 'x'.repeat(10_000_001)), heavy: true },
  {
    ...tooLarge('11,000,000 blank lines', lines, () => '\n'.repeat(11_000_000)),
    chunked: true,
    heavy: true,
  },
]
