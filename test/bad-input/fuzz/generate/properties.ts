// The free part of an event, as JSON: within all bounds, or just outside one.
import fc from 'fast-check'
import { nested } from '../../bad-request.ts'
import { badText, goodText } from './texts.ts'

const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -1000, max: 1000 }),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
)

const leaf = fc.oneof(
  { weight: 4, arbitrary: goodText.map((text) => JSON.stringify(text)) },
  { weight: 3, arbitrary: number.map((value) => JSON.stringify(value)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'true',
        'false',
        'null',
        '1.0',
        '1E+2',
        '-0',
        '-0.0',
        '0.1e1',
        '1e-400',
        '5e-324',
        '""',
        '[]',
        '{}',
      ],
      ...['9007199254740991', '-9007199254740991', '1.7976931348623157e-308', '0.1', '123456789.123456789'],
    ),
  },
)

/** `%2E` is how storage writes a dot: a key that holds it is refused. */
const key = goodText.map((text) => JSON.stringify(text.replaceAll('%2E', '')))

/** A leaf may be an object or a list itself, with nothing in it. */
const value = (depth: number): fc.Arbitrary<string> =>
  depth === 0
    ? leaf
    : fc.oneof(
        { weight: 5, arbitrary: leaf },
        {
          weight: 1,
          arbitrary: fc.array(value(depth - 1), { maxLength: 3 }).map((all) => `[${all.join()}]`),
        },
        { weight: 1, arbitrary: object(value(depth - 1), 3) },
      )

function object(inside: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> {
  const member = fc.tuple(key, inside).map((pair) => pair.join(':'))
  return fc.array(member, { maxLength }).map((all) => `{${all.join()}}`)
}

const keys = (count: number) =>
  `{${Array.from({ length: count }, (_, index) => `"k${index}":${index}`).join()}}`

const bytes = (count: number, filler = 'x') => {
  const left = count - Buffer.byteLength('{"a":""}')
  const size = Buffer.byteLength(filler)
  return `{"a":"${filler.repeat(Math.floor(left / size))}${'x'.repeat(left % size)}"}`
}

/** Objects that are kept. */
export const goodProperties: fc.Arbitrary<string> = fc.oneof(
  { weight: 30, arbitrary: object(value(2), 5).filter(isWithinBounds) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[keys(63), keys(64), bytes(16_383), bytes(16_384), bytes(16_384, 'é'), bytes(16_384, '€')],
      ...['{"a":{"b":{"c":{}}}}', '{"a":[[[1]]]}', '{"__proto__":{"a":1},"constructor":2}'],
      ...['{"a.b":1,"a":{"b":2}}', '{"":1}', '{"a":{"":{"":1}}}', '{"a":1,"a":{"b":2}}', '{"a":[{"b":1},2]}'],
    ),
  },
)

/** Values that are refused. */
export const badProperties: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      '1',
      '0',
      'true',
      'false',
      '"x"',
      '[]',
      '[{}]',
      keys(65),
      keys(1000),
      bytes(16_385),
      bytes(16_385, '€'),
    ],
    ...['{"a":{"b":{"c":{"d":{}}}}}', '{"a":[[[[]]]]}', '{"a%2Eb":1}', '{"a":{"%2E":1}}'],
    ...['{"a":9007199254740992}', '{"a":[-1e21]}', '{"a":1e400}', '{"a":{"b":-1e999}}'],
    ...[100, 5000, 100_000].map((depth) => `{"a":${nested(depth, '[', '1', ']')}}`),
    ...[100, 5000].map((depth) => nested(depth, '{"a":', '1', '}')),
  ),
  badText.map((text) => JSON.stringify({ a: [text] })),
  badText.map((text) => JSON.stringify({ [text]: 1 })),
)

/** Every key has its colon. */
function isWithinBounds(json: string): boolean {
  return json.split(':').length <= 65 && Buffer.byteLength(json) <= 16_384
}
