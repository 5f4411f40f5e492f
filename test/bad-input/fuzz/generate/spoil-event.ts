// Spoils an event field by field: surely, so that the field must be named, or in ways that may leave it good.
import fc from 'fast-check'
import { accept, type IdSource, type Verdict } from '../case.ts'
import { goodEvent, type Member } from './event.ts'
import { badProperties, goodProperties } from './properties.ts'
import { badText, goodText, textOf } from './texts.ts'
import { badTimestamp } from './timestamps.ts'

/** An event with what must become of it. */
export type MakeJudged = (nextId: IdSource, ofSite?: string) => { members: Member[]; verdict: Verdict }

/** What an event is changed into. */
type Spoil = (members: Member[]) => { members: Member[]; verdict: Verdict }

const limits = { site_id: 255, event_type: 100, path: 2048, user_id: 255, event_id: 128, referrer: 2048 }
const textFields = Object.keys(limits) as (keyof typeof limits)[]
const fields = [...textFields, 'timestamp', 'properties']
const textField = fc.constantFrom(...textFields)
/** Not the id: two events of one id are one event. */
const field = fc.constantFrom(...fields.filter((name) => name !== 'event_id'))

/** Puts `value` in place of every member called `name`. */
function put(members: Member[], name: string, value: string | null): Member[] {
  const others = members.filter(([other]) => JSON.parse(other) !== name)
  return value === null ? others : [...others, [JSON.stringify(name), value]]
}

function sure(name: string, value: string | null): Spoil {
  return (members) => ({ members: put(members, name, value), verdict: { must: 'refuse', field: name } })
}

const tooLong = fc
  .tuple(textField, fc.constantFrom(1, 2, 100))
  .chain(([name, over]) =>
    textOf(limits[name] + over, ['x', 'é', '€', '😀']).map((text) => sure(name, JSON.stringify(text))),
  )

const wrongType = fc
  .tuple(textField, fc.constantFrom('0', '1', '1e400', 'true', 'false', '[]', '{}', '["x"]', '{"a":1}'))
  .map(([name, value]) => sure(name, value))

const missing = fc
  .tuple(fc.constantFrom('site_id', 'event_type'), fc.constantFrom(null, 'null', '""'))
  .map(([name, value]) => sure(name, value))

const malformed = fc.tuple(textField, badText).map(([name, text]) => sure(name, JSON.stringify(text)))

const control = fc
  .tuple(goodText, fc.constantFrom('\u0001', '\n', '\t', '\u007f', '\u0085'))
  .map(([text, unit]) => sure('site_id', JSON.stringify(`${text.slice(0, 100).toWellFormed()}${unit}`)))

const unknown = fc
  .tuple(
    fc.constantFrom(
      'userid',
      'Path',
      'site_id ',
      'siteId',
      '__proto__',
      'constructor',
      'toJSON',
      'x'.repeat(100),
    ),
    goodProperties,
  )
  .map(([name, value]) => sure(name, value))

const sureSpoil: fc.Arbitrary<Spoil> = fc.oneof(
  ...[tooLong, wrongType, missing, malformed, control, unknown],
  badTimestamp.map((value) => sure('timestamp', value)),
  badProperties.map((value) => sure('properties', value)),
)

const oddValue = fc.oneof(
  goodText.map((text) => JSON.stringify(text)),
  badText.map((text) => JSON.stringify(text)),
  goodProperties,
  fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    ...[
      '1e400',
      '-0',
      '01',
      '+1',
      '.5',
      '1.',
      '0x1',
      'NaN',
      'Infinity',
      'nul',
      'True',
      "'x'",
      '"\\x41"',
      '"\\u12"',
    ],
    ...[
      '"\n"',
      '"\\ud83d\\ude00"',
      '"\\ude00"',
      '',
      ' ',
      ',',
      '"',
      '\\',
      '}',
      '{',
      '[',
      '1,2',
      '""""',
      '/**/1',
      '"a"//',
    ],
  ),
)

function unsure(change: (members: Member[]) => Member[]): Spoil {
  return (members) => ({ members: change(members), verdict: null })
}

/** Swaps, drops, doubles, renames and replaces members. */
const unsureSpoil: fc.Arbitrary<Spoil> = fc.oneof(
  fc.tuple(field, oddValue).map(([name, value]) => unsure((members) => put(members, name, value))),
  field.map((name) => unsure((members) => put(members, name, null))),
  fc
    .tuple(field, oddValue)
    .map(([name, value]) => unsure((members) => [[JSON.stringify(name), value], ...members])),
  fc
    .tuple(field, oddValue)
    .map(([name, value]) => unsure((members) => [...members, [JSON.stringify(name), value]])),
  fc
    .tuple(fc.nat(7), oddValue)
    .map(([at, name]) =>
      unsure((members) => members.map((member, index) => (index === at ? [name, member[1]] : member))),
    ),
  fc
    .tuple(fc.nat(7), fc.nat(7))
    .map(([from, to]) =>
      unsure((members) =>
        members.map((member, index) =>
          index === from && member[0] !== '"event_id"' ? [member[0], members[to]?.[1] ?? 'null'] : member,
        ),
      ),
    ),
)

/** Events of which about half must be kept. */
export const judgedEvent: fc.Arbitrary<MakeJudged> = fc.oneof(
  {
    weight: 5,
    arbitrary: goodEvent.map((make): MakeJudged => (...of) => ({ members: make(...of), verdict: accept })),
  },
  { weight: 3, arbitrary: spoilt(sureSpoil) },
  { weight: 2, arbitrary: spoilt(unsureSpoil) },
)

function spoilt(spoils: fc.Arbitrary<Spoil>): fc.Arbitrary<MakeJudged> {
  return fc.tuple(goodEvent, spoils).map(
    ([make, spoil]) =>
      (...of) =>
        spoil(make(...of)),
  )
}
