// The events of a run, and what is remembered of them.
import { describe, expect, it } from 'vitest'
import { parseEvent } from '../../event/event.ts'
import { partitionOf } from '../../kafka/partition-of.ts'
import { createBitmap } from './bitmap.ts'
import { createRunEvents } from './event-of.ts'
import { idBytes, numberOf, toId, toText } from './ids.ts'

const base = Date.UTC(2026, 4, 20)
const events = (seed: number) => createRunEvents({ seed, partitions: 6, base })
const numbers = Array.from({ length: 5000 }, (_, number) => number)
const parse = (input: object) => parseEvent(JSON.parse(JSON.stringify(input)), base, () => '')

describe('the events of a run', () => {
  it('are the same for the same seed and number', () => {
    const [one, two] = [events(1), events(1)]
    for (const number of numbers) expect(one.eventOf(number)).toEqual(two.eventOf(number))
    expect(events(2).eventOf(0)).not.toEqual(one.eventOf(0))
  })

  it('are good, and none has the id of another', () => {
    const { eventOf } = events(1)
    const parsed = numbers.map((number) => parse(eventOf(number)))
    expect(parsed.filter(({ ok }) => !ok)).toEqual([])
    expect(new Set(parsed.map((one) => one.ok && one.event.event_id)).size).toBe(numbers.length)
  })

  it('must be refused where they are meant to be', () => {
    const { refusedEvent } = events(1)
    for (const number of numbers.slice(0, 20)) expect(parse(refusedEvent(number)).ok).toBe(false)
  })

  it('go to every partition and to several months', () => {
    const { eventOf, sites } = events(1)
    expect(new Set(sites.map((site) => partitionOf(site, 6))).size).toBe(6)
    const stamps = numbers.flatMap((number) => eventOf(number).timestamp ?? [])
    const months = new Set(stamps.map((stamp) => new Date(stamp).toISOString().slice(0, 7)))
    expect(months.size).toBeGreaterThan(4)
    expect(stamps.length).toBeLessThan(numbers.length / 4)
  })
})

describe('an id', () => {
  const { run } = events(1)
  /** As ClickHouse writes it in RowBinary. */
  const toBinary = (id: string) => {
    const hex = Buffer.from(id.replaceAll('-', ''), 'hex')
    return Buffer.concat([Buffer.from(hex.subarray(0, 8)).reverse(), Buffer.from(hex.subarray(8)).reverse()])
  }

  it('tells its number', () => {
    for (const number of [0, 1, 4_294_967_295]) {
      const bytes = toBinary(toId(run, number))
      expect([bytes.length, numberOf(run, bytes, 0)]).toEqual([idBytes, number])
      expect(toText(bytes, 0)).toBe(toId(run, number))
    }
  })

  it('of another run, or of what must be refused, has none', () => {
    expect(numberOf(run, toBinary(toId(events(2).run, 7)), 0)).toBeNull()
    expect(numberOf(run, toBinary(toId(run, 7, 1)), 0)).toBeNull()
  })
})

describe('a bitmap', () => {
  it('knows what was added, and how much', () => {
    const bitmap = createBitmap()
    const added = [0, 7, 8, 1_000_000]
    expect(added.map((number) => bitmap.add(number))).toEqual([true, true, true, true])
    expect(bitmap.add(8)).toBe(false)
    expect(added.every((number) => bitmap.has(number))).toBe(true)
    expect([bitmap.has(1), bitmap.has(90_000_000), bitmap.size()]).toEqual([false, false, 4])
  })
})
