import { describe, expect, it } from 'vitest'
import type { Sending, Sent } from '../../clickhouse/dead-letter-replays.ts'
import type { DeadLetter } from '../../clickhouse/dead-letters.ts'
import { mostBytesOfRequest, type WholeRecord } from '../../kafka/record-sender.ts'
import { mostLines } from '../../event/record-lines.ts'
import { outcomeOf } from './outcome.ts'
import { newTally, replay, type ReplayParts } from './replay.ts'

const receivedAt = Date.UTC(2025, 10, 14)

function letter(raw: string | object, overrides: Partial<DeadLetter> = {}): DeadLetter {
  return {
    topicId: '11111111-2222-3333-4444-555555555555',
    partition: 2,
    offset: 7,
    line: 1,
    raw: Buffer.from(typeof raw === 'string' ? raw : JSON.stringify(raw)),
    key: Buffer.from('demo'),
    reason: 'refused',
    field: '',
    message: 'm',
    receivedAt,
    storedAt: receivedAt,
    state: 'open',
    sentTo: null,
    ...overrides,
  }
}

const good = { site_id: 'demo', event_type: 'view' }

async function run(letters: DeadLetter[], overrides: Partial<ReplayParts> = {}) {
  const marked: string[] = []
  const sent: WholeRecord[][] = []
  const mark = (state: string) => (all: readonly (Sending | Sent)[]) => {
    for (const one of all) marked.push(`${state} ${one.offset} ${'sentTo' in one ? one.sentTo.offset : ''}`)
    return Promise.resolve()
  }
  const tally = newTally()
  async function* each() {
    for (const one of letters) yield await Promise.resolve(one)
  }
  const parts: ReplayParts = {
    letters: each(),
    marks: { sending: mark('sending'), sent: mark('sent'), refused: mark('refused') },
    sender: {
      send: (records) => {
        const first = sent.flat().length
        sent.push([...records])
        marked.push(`send ${records.length}`)
        return Promise.resolve(records.map((_, index) => ({ partition: 0, offset: first + index })))
      },
    },
    force: false,
    onProgress: () => undefined,
    ...overrides,
  }
  const failure = await replay(parts, tally).then(
    () => null,
    (error: unknown) => (error as Error).message,
  )
  return { marked, sent, tally, failure }
}

describe('what would become of a dead letter', () => {
  it('is an event of the site it names, whatever key it came with', () => {
    expect(outcomeOf(letter(good, { key: Buffer.alloc(0) }))).toMatchObject({ kind: 'event', site: 'demo' })
    expect(outcomeOf(letter({ ...good, site_id: 'other' }))).toMatchObject({ kind: 'event', site: 'other' })
  })

  it('is set aside again where it is a record of too many lines', () => {
    const record = letter(good, { raw: Buffer.from('{}\n'.repeat(mostLines + 1)) })
    expect(outcomeOf(record)).toMatchObject({ kind: 'fails', reason: 'too_many_lines' })
  })

  it('carries its own time and id, or those of its place, the same every time', () => {
    const { line, eventId } = outcomeOf(letter(good)) as { line: string; eventId: string }
    expect(JSON.parse(line)).toEqual({ ...good, timestamp: receivedAt, event_id: eventId })
    expect(outcomeOf(letter(good))).toMatchObject({ eventId })
    const others = [letter(good, { line: 2 }), letter(good, { offset: 8 }), letter(good, { topicId: 'x' })]
    for (const other of others) expect(outcomeOf(other)).not.toMatchObject({ eventId })
    const named = letter({ ...good, event_id: 'a', timestamp: receivedAt - 5 })
    const own = outcomeOf(named) as { line: string; eventId: string }
    expect(JSON.parse(own.line)).toMatchObject({ timestamp: receivedAt - 5 })
    const elsewhere = letter({ ...good, event_id: 'a' }, { offset: 99 })
    expect(outcomeOf(elsewhere)).toMatchObject({ eventId: own.eventId })
  })

  it('tells letters apart whose topics were not told apart yet', () => {
    const topicId = '00000000-0000-0000-0000-000000000000'
    const early = outcomeOf(letter(good, { topicId })) as { eventId: string }
    const late = outcomeOf(letter(good, { topicId, receivedAt: receivedAt + 1 })) as { eventId: string }
    expect(early.eventId).not.toBe(late.eventId)
  })

  it('is the same fault again where nothing was put right', () => {
    expect(outcomeOf(letter('nonsense'))).toMatchObject({ kind: 'fails', reason: 'json' })
    expect(outcomeOf(letter({ site_id: 'demo' }))).toMatchObject({ kind: 'fails', reason: 'required' })
    const ahead = { ...good, timestamp: receivedAt + 2 * 86_400_000 }
    expect(outcomeOf(letter(ahead))).toMatchObject({ kind: 'fails', reason: 'timestamp_range' })
  })
})

describe('a replay', () => {
  it('marks, sends and marks again, and leaves out what was sent or would fail', async () => {
    const letters = [
      letter(good),
      letter('nonsense', { offset: 8 }),
      letter(good, { offset: 9, state: 'replayed' }),
      letter(good, { offset: 10, state: 'unfinished' }),
    ]
    const { marked, sent, tally } = await run(letters)
    expect(marked).toEqual(['sending 7 ', 'sending 10 ', 'send 2', 'sent 7 0', 'sent 10 1'])
    expect(sent.flat().map(({ key }) => String(key))).toEqual(['demo', 'demo'])
    expect({ ...tally, failing: [...tally.failing.keys()] }).toEqual({
      sent: 2,
      forced: 0,
      before: 1,
      tooLarge: 0,
      failing: ['json'],
    })
  })

  it('sends what would fail as it came, if forced', async () => {
    const letters = [letter('nonsense'), letter('x', { key: Buffer.alloc(0) })]
    const { sent, tally } = await run(letters, { force: true })
    expect(sent.flat()).toEqual([
      expect.objectContaining({ key: Buffer.from('demo'), value: Buffer.from('nonsense') }),
      expect.objectContaining({ key: null, value: Buffer.from('x') }),
    ])
    expect([tally.sent, tally.forced]).toEqual([2, 2])
  })

  it('keeps requests short, and a large letter alone', async () => {
    const large = letter({ ...good, properties: { text: 'x'.repeat(16_000) } })
    const { sent } = await run([
      ...Array<DeadLetter>(450).fill(letter(good)),
      ...Array<DeadLetter>(60).fill(large),
    ])
    expect(sent.flat()).toHaveLength(510)
    for (const request of sent) {
      expect(request.length).toBeLessThanOrEqual(200)
      expect(request.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(mostBytesOfRequest)
    }
    const huge = letter('x'.repeat(900_000))
    const { sent: alone } = await run([letter(good), huge, letter(good)], { force: true })
    expect(alone.map(({ length }) => length)).toEqual([1, 1, 1])
  })

  it('counts what is too large for Kafka, marks that as not sent, and goes on', async () => {
    const sender = { send: () => Promise.resolve([null, { partition: 1, offset: 5 }]) }
    const { tally, marked } = await run([letter(good), letter(good, { offset: 8 })], { sender })
    expect([tally.tooLarge, tally.sent]).toEqual([1, 1])
    expect(marked).toEqual(['sending 7 ', 'sending 8 ', 'sent 8 5', 'refused 7 '])
  })

  it('marks nothing as sent that Kafka did not acknowledge', async () => {
    const sender = { send: () => Promise.reject(new Error('no answer')) }
    const { tally, marked, failure } = await run([letter('nonsense')], { sender, force: true })
    expect([tally.sent, tally.forced, marked, failure]).toEqual([0, 0, ['sending 7 '], 'no answer'])
  })
})
