// Records straight onto the topic, from producers that keep no rule, beside good ones.
import type { IHeaders } from 'kafkajs'
import fc from 'fast-check'
import { partitionOf } from '../../../../kafka/partition-of.ts'
import { nested } from '../../bad-request.ts'
import { partitions } from '../../services.ts'
import { refuse, type FuzzMessage, type IdSource, type MakeCase, type Verdict } from '../case.ts'
import { lineStyle, site, writeObject } from './event.ts'
import { spoilBytes } from './spoil-bytes.ts'
import { judgedEvent } from './spoil-event.ts'
import { goodText } from './texts.ts'

type Content = Pick<FuzzMessage, 'key' | 'value' | 'lines'>
type MakeContent = (nextId: IdSource) => Content

interface Judged {
  text: string
  verdict: Verdict
}

type MakeLine = (nextId: IdSource, ofSite: string) => Judged

const event = fc.tuple(judgedEvent, lineStyle).map(([make, blanks]): MakeLine => (nextId, ofSite) => {
  const { members, verdict } = make(nextId, ofSite)
  return toLine(writeObject(members, blanks), verdict)
})

/** A line that is no event. */
const oddLine = fc
  .oneof(
    goodText.map((text) => text.replaceAll('\n', ' ')),
    fc.constantFrom(
      'null',
      '[]',
      '{}',
      '0',
      '""',
      'hello',
      '{',
      '\ufeff{}',
      '\0',
      '\u00a0',
      '\u2028',
      '\ufeff',
      '\f',
    ),
    fc.constantFrom(10, 1000, 5000).map((depth) => nested(depth, '[', '', ']')),
    fc.constantFrom(10, 500, 2000).map((depth) => nested(depth, '{"a":', '1', '}')),
  )
  .map((text): MakeLine => {
    const line = toLine(text, refuse)
    return () => line
  })

/** What holds a line break is several lines, and nothing is known of them. */
function toLine(text: string, verdict: Verdict): Judged {
  const isCertain = verdict !== null || isJson(text)
  return { text, verdict: text.includes('\n') ? null : isCertain ? verdict : refuse }
}

const lineBreak = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\n \t\n')

const line = fc.oneof({ weight: 6, arbitrary: event }, oddLine)

/** Lines of one site, under its name. */
const lines: fc.Arbitrary<MakeContent> = fc
  .tuple(site, lineBreak, fc.boolean(), fc.array(line, { minLength: 1, maxLength: 12 }))
  .map(([ofSite, end, isEnded, makes]) => (nextId) => {
    const all = makes.map((make) => make(nextId, ofSite))
    const text = all.map((one) => one.text).join(end) + (isEnded ? end : '')
    const isKnown = all.every((one) => !one.text.includes('\n') && one.text.trim() !== '')
    const verdicts = isKnown ? all.map((one) => one.verdict) : null
    return { key: Buffer.from(ofSite), value: Buffer.from(text), lines: verdicts }
  })

const spoiltLines = fc.tuple(lines, spoilBytes).map(([make, spoil]): MakeContent => (nextId) => {
  const content = make(nextId)
  return { ...content, value: spoil(content.value ?? Buffer.alloc(0)), lines: null }
})

const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))

const key = fc.oneof(
  fc.constantFrom(
    null,
    Buffer.alloc(0),
    Buffer.from('ff', 'hex'),
    Buffer.from('\0'),
    Buffer.from('x'.repeat(5000)),
  ),
  anyBytes,
  site.map((name) => Buffer.from(name)),
)

/** Good lines under a key that is not theirs. */
const strangeKey = fc.tuple(lines, key).map(([make, other]): MakeContent => (nextId) => {
  const content = make(nextId)
  const isTheirs = other !== null && content.key !== null && other.equals(content.key)
  return {
    ...content,
    key: other,
    lines: isTheirs ? content.lines : (content.lines?.map(() => refuse) ?? null),
  }
})

const strangeValue = fc
  .tuple(
    key,
    fc.oneof(
      fc.constantFrom<Buffer | null>(
        null,
        Buffer.alloc(0),
        Buffer.from('\n'),
        Buffer.from(' \n\t\r\n'),
        Buffer.from(' '),
      ),
      fc.constantFrom('\ufeff', '\u00a0\n\u00a0', '\u2028\n', '\0\n\0').map((text) => Buffer.from(text)),
      anyBytes,
    ),
  )
  .map(([name, value]): MakeContent => () => ({ key: name, value, lines: null }))

/** As large as a record may be, in one line or in very many. */
const huge = fc
  .tuple(
    site,
    fc.constantFrom(
      () => 'x'.repeat(900_000),
      () => ' '.repeat(900_000),
      () => '\n'.repeat(900_000),
      () => 'x\n'.repeat(450_000),
      () => 'x\n'.repeat(32_767),
      () => 'x\n'.repeat(32_768),
      () => '{}\n'.repeat(10_000),
      () => ' '.repeat(200).concat('\n').repeat(1000),
      () => nested(400_000, '[', '', ']'),
      () => nested(150_000, '{"a":', '1', '}'),
      () => `"${'\\u0000'.repeat(100_000)}"`,
      () => `{"a":"${'😀'.repeat(200_000)}"}`,
      () => '9'.repeat(900_000),
    ),
    fc.boolean(),
  )
  .map(([name, make, isUtf8]): MakeContent => () => {
    const value = Buffer.from(make() + (isUtf8 ? '' : '\xff'), isUtf8 ? 'utf8' : 'latin1')
    return { key: Buffer.from(name), value, lines: null }
  })

const content: fc.Arbitrary<MakeContent> = fc.oneof(
  { weight: 500, arbitrary: lines },
  { weight: 250, arbitrary: spoiltLines },
  { weight: 100, arbitrary: strangeKey },
  { weight: 150, arbitrary: strangeValue },
)

const headers: fc.Arbitrary<IHeaders> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      goodText.map((text) => `h${text}`),
      fc.oneof(goodText, anyBytes, fc.array(goodText, { maxLength: 3 })),
      {
        maxKeys: 4,
      },
    ),
  },
)

/** Null: where the key belongs. */
const partition = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.nat(partitions - 1))

/** Times that a producer's clock may never have shown. Each can make Kafka begin a new file: few, then. */
const timestamp = fc.oneof(
  { weight: 400, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom('0', '1', '946684799999', '1000', '1763112600000') },
)

const message = (of: fc.Arbitrary<MakeContent>) =>
  fc
    .tuple(of, headers, partition, timestamp)
    .map(([make, named, where, at]) => (nextId: IdSource): FuzzMessage => {
      const made = make(nextId)
      // How far ahead an event may lie is counted from the time of its record.
      const known = at === null ? made.lines : null
      return {
        ...{ ...made, lines: known, headers: named },
        partition: where ?? (made.key ? partitionOf(made.key, partitions) : 0),
        ...(at === null ? {} : { timestamp: at }),
      }
    })

const several = fc.array(message(content), { minLength: 1, maxLength: 4 })

export const produce: fc.Arbitrary<MakeCase> = fc.oneof(
  {
    weight: 300,
    arbitrary: fc
      .tuple(several, fc.constantFrom(false, false, false, true))
      .map(([makes, gzip]): MakeCase => (nextId) => {
        return { kind: 'record', gzip, messages: makes.map((make) => make(nextId)) }
      }),
  },
  {
    weight: 1,
    arbitrary: message(huge).map((make): MakeCase => (nextId) => ({
      kind: 'record',
      gzip: false,
      messages: [make(nextId)],
    })),
  },
)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
