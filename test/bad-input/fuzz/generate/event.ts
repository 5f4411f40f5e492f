// Good events: every field in every form that the contract takes, written as JSON in many ways.
import fc from 'fast-check'
import type { IdSource } from '../case.ts'
import { goodProperties } from './properties.ts'
import { goodText, textOf, writeText } from './texts.ts'
import { goodTimestamp } from './timestamps.ts'

/** A member of an object: name and value, both as JSON. */
export type Member = readonly [name: string, value: string]

/** An event, still without its id; of one of `sites`, or of the one that is asked for. */
export type MakeEvent = (nextId: IdSource, ofSite?: string) => Member[]

/** Sites of all events: few enough that each one's numbers can be asked for. */
export const sites = [
  ...Array.from({ length: 40 }, (_, index) => `site-${index}`),
  ...[
    'a',
    ' ',
    '.',
    '%',
    'é',
    '日本',
    '😀',
    "'; DROP TABLE events; --",
    '__proto__',
    'null',
    '../..',
    '"',
    '\\',
  ],
  ...['x'.repeat(255), 'é'.repeat(255), '😀'.repeat(127), 'a b', 'a+b', 'a&b=c', 'a#b', 'a\u2028b', '\ufffd'],
]

export const site = fc.constantFrom(...sites)

interface IdForm {
  form: 'uuid' | 'upper' | 'null' | 'empty' | 'absent' | 'text'
  /** What stands before a text that nobody else has. */
  filler?: string
}

const idForm: fc.Arbitrary<IdForm> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<IdForm>({ form: 'uuid' }) },
  {
    weight: 3,
    arbitrary: goodText.map((filler): IdForm => ({
      form: 'text',
      filler: filler.slice(0, 96).toWellFormed(),
    })),
  },
  { weight: 1, arbitrary: textOf(96).map((filler): IdForm => ({ form: 'text', filler })) },
  { weight: 1, arbitrary: fc.constantFrom<IdForm>({ form: 'upper' }, { form: 'null' }, { form: 'empty' }) },
  { weight: 2, arbitrary: fc.constant<IdForm>({ form: 'absent' }) },
)

/** A UUID of 32 hexadecimal digits. */
export function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function writeId(id: IdForm, nextId: IdSource): string | null {
  if (id.form === 'absent') return null
  if (id.form === 'null') return 'null'
  if (id.form === 'empty') return '""'
  if (id.form === 'uuid') return JSON.stringify(toUuid(nextId()))
  if (id.form === 'upper') return JSON.stringify(toUuid(nextId()).toUpperCase())
  return JSON.stringify((id.filler ?? '') + nextId())
}

const required = (maxLength: number) =>
  fc
    .tuple(
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom('page_view', 'view', 'pageview', 'click', 'purchase') },
        { weight: 6, arbitrary: goodText.map((text) => text || 'x') },
        { weight: 1, arbitrary: textOf(maxLength) },
      ),
      writeText,
    )
    .map(([text, write]) => write(text))

/** Null where the field is left out. */
const optional = (maxLength: number, usual: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(usual, writeText).map(([text, write]) => write(text)) },
    { weight: 4, arbitrary: fc.tuple(goodText, writeText).map(([text, write]) => write(text)) },
    { weight: 1, arbitrary: fc.tuple(textOf(maxLength), writeText).map(([text, write]) => write(text)) },
    { weight: 1, arbitrary: fc.constantFrom('null', '""') },
    { weight: 3, arbitrary: fc.constant(null) },
  )

const path = fc
  .tuple(fc.constantFrom('/', '/home', '/a/b', 'https://example.org/'), goodText)
  .map((all) => all.join(''))
const user = fc.nat(500).map((number) => `user-${number}`)

const parts = fc.record({
  event_type: required(100),
  path: optional(2048, path),
  user_id: optional(255, user),
  referrer: optional(2048, path),
  timestamp: fc.option(goodTimestamp, { nil: null, freq: 8 }),
  properties: fc.option(fc.oneof({ weight: 12, arbitrary: goodProperties }, fc.constantFrom('null', '""')), {
    nil: null,
    freq: 2,
  }),
})

/** Events that must be kept. */
export const goodEvent: fc.Arbitrary<MakeEvent> = fc
  .tuple(site, parts, idForm, writeText, fc.nat(7))
  .map(([anySite, fields, id, write, first]) => (nextId, ofSite = anySite) => {
    const all = { site_id: write(ofSite), ...fields, event_id: writeId(id, nextId) }
    const members = Object.entries(all).flatMap(([name, value]): Member[] =>
      value === null ? [] : [[JSON.stringify(name), value]],
    )
    return [...members.slice(first), ...members.slice(0, first)]
  })

/** Blanks between the parts of an object; those of an event in a batch of lines hold no line break. */
export const lineStyle = fc.constantFrom('', '', '', ' ', '\t', '  ')
export const style = fc.oneof(lineStyle, fc.constantFrom('\n', '\r\n', ' \n\t '))

/** The object as JSON. */
export function writeObject(members: readonly Member[], blanks = ''): string {
  const all = members.map(([name, value]) => `${name}${blanks}:${blanks}${value}`)
  return `{${blanks}${all.join(`${blanks},${blanks}`)}${blanks}}`
}
