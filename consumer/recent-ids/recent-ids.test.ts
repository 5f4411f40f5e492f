import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idWordsOf } from '../../event/event-id.ts'
import { mostGenerations } from './faded-ids.ts'
import { idsPerBlock } from './id-blocks.ts'
import { clockSkewMs, createRecentIds } from './recent-ids.ts'

const start = Date.UTC(2025, 10, 14)
const hour = 3_600_000

function open({ maxIds = 1_000_000, maxAgeMs = 24 * hour } = {}) {
  const clock = { now: start }
  const ids = createRecentIds({ maxIds, maxAgeMs }, () => clock.now)
  const judge = (eventId: string, { site = 'demo', timestamp = clock.now, receivedAt = clock.now } = {}) =>
    ids.judge(site, idWordsOf(eventId), timestamp, receivedAt)
  /** As many other events as one block has. */
  const fill = (timestamp = clock.now) => {
    for (let n = 0; n < idsPerBlock; n += 1) judge(randomUUID(), { timestamp })
  }
  return { clock, ids, judge, fill }
}

describe('the window of recent ids', () => {
  it('knows an event that comes again, of the same site alone', () => {
    const { judge } = open()
    const id = randomUUID()
    expect([judge(id), judge(id), judge(id, { site: 'other' })]).toEqual(['row', 'duplicate', 'row'])
  })

  it('takes an event anew that was taken out, of that site alone', () => {
    const { ids, judge, fill } = open({ maxIds: idsPerBlock })
    const id = randomUUID()
    for (const site of ['demo', 'other']) judge(id, { site })
    ids.remove('demo', idWordsOf(id))
    expect([judge(id), judge(id), judge(id, { site: 'other' })]).toEqual(['row', 'duplicate', 'duplicate'])
    fill()
    expect(judge(id)).toBe('duplicate')
  })

  it('tells ids apart that differ in any one digit', () => {
    const { judge } = open()
    const id = '01234567-89ab-4cde-8f01-23456789abcd'
    const near = Array.from(id, (digit, at) =>
      digit === '-' ? id : `${id.slice(0, at)}${digit === '0' ? '1' : '0'}${id.slice(at + 1)}`,
    )
    const different = [...new Set([id, ...near])]
    expect(different.map((other) => judge(other))).toEqual(different.map(() => 'row'))
    expect(different.map((other) => judge(other))).toEqual(different.map(() => 'duplicate'))
  })

  it('keeps as many ids as it is told to, and forgets the oldest beyond', () => {
    const { ids, judge, fill } = open({ maxIds: idsPerBlock })
    const id = randomUUID()
    judge(id)
    fill()
    expect(judge(id)).toBe('duplicate')
    fill()
    fill()
    expect(ids.size()).toBeLessThanOrEqual(3 * idsPerBlock)
    expect(judge(id)).not.toBe('duplicate')
  })

  it('keeps them as long as it is told to', () => {
    const { clock, judge, fill } = open({ maxAgeMs: hour })
    const id = randomUUID()
    judge(id)
    fill()
    clock.now += hour / 2
    fill()
    expect(judge(id)).toBe('duplicate')
    clock.now += hour
    fill()
    expect(judge(id, { timestamp: clock.now })).not.toBe('duplicate')
  })

  it('is not sure of an event that it held a while ago, and sure of others of that time', () => {
    const { clock, judge, fill } = open({ maxIds: 1 })
    const ids = Array.from({ length: 100 }, () => randomUUID())
    for (const id of ids) judge(id)
    for (let n = 0; n < mostGenerations; n += 1) fill()
    clock.now += hour
    fill()
    const again = (id: string) => judge(id, { timestamp: start })
    expect(new Set(ids.map(again))).toEqual(new Set(['uncertain']))
    expect(new Set(ids.map(() => again(randomUUID())))).toEqual(new Set(['row']))
  })

  it('is not sure of any event dated into a time of which it no longer knows the ids, and sure of every later one', () => {
    const { clock, judge, fill } = open({ maxIds: 1 })
    fill(start)
    clock.now += hour
    for (let n = 0; n < mostGenerations + 2; n += 1) fill()
    expect(judge(randomUUID(), { timestamp: start })).toBe('uncertain')
    expect(judge(randomUUID(), { timestamp: start - 1 })).toBe('uncertain')
    clock.now += 1
    expect(judge(randomUUID())).toBe('row')
  })

  it('lets a site whose clock ran ahead cost that site alone', () => {
    const { clock, judge, fill } = open({ maxIds: 1 })
    judge(randomUUID(), { site: 'ahead', timestamp: start + 20 * hour })
    for (let n = 0; n < mostGenerations + 3; n += 1) fill()
    clock.now += hour
    expect(judge(randomUUID(), { site: 'ahead' })).toBe('uncertain')
    expect(judge(randomUUID(), { site: 'other' })).toBe('row')
  })

  it('takes the word of the table about what it does not hold', () => {
    const { ids, judge } = open()
    ids.forget({ all: start - hour, sites: new Map([['ahead', start + hour]]) })
    expect(judge(randomUUID(), { timestamp: start - hour })).toBe('uncertain')
    expect(judge(randomUUID(), { timestamp: start })).toBe('row')
    expect(judge(randomUUID(), { site: 'ahead', timestamp: start + hour })).toBe('uncertain')
  })

  it('never calls an event new that carries its own timestamp and was seen before', () => {
    const event = fc.record({
      id: fc.nat(40),
      ahead: fc.constantFrom(0, -2 * hour, 2 * hour, clockSkewMs, -1),
      site: fc.constantFrom('a', 'b'),
    })
    const step = fc.record({ event, fill: fc.boolean(), pass: fc.constantFrom(0, 1, hour) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { clock, judge, fill } = open({ maxIds: 1, maxAgeMs: hour })
        const seen = new Map<string, { eventId: string; timestamp: number }>()
        return steps.every(({ event: { id, ahead, site }, fill: isFilled, pass }) => {
          clock.now += pass
          if (isFilled) fill()
          const key = `${site} ${id}`
          const known = seen.get(key)
          const sent = known ?? { eventId: randomUUID(), timestamp: clock.now + ahead }
          seen.set(key, sent)
          const verdict = judge(sent.eventId, { site, timestamp: sent.timestamp })
          return known ? verdict !== 'row' : verdict !== 'duplicate'
        })
      }),
      { numRuns: 60 },
    )
  })
})
