import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookedRange } from '../../clickhouse/audit/booked-ranges.ts'
import type { LogRecord } from '../../kafka/read-records.ts'
import { walkLog } from './walk-log.ts'

const record = (offset: number, site: string, lines: number): LogRecord => ({
  offset,
  timestamp: 0,
  key: Buffer.from(site),
  value: Buffer.from(Array.from({ length: lines }, (_, n) => `${n}`).join('\n')),
})

function range(first: number, last: number, sites: Record<string, number>): BookedRange {
  const entries = Object.entries(sites).map(
    ([site, lines]) => [site, { lines, rows: lines, duplicates: 0, dead: 0 }] as const,
  )
  return { first, last, sites: new Map(entries) }
}

async function* fetches(records: LogRecord[], size: number, end: number) {
  for (let at = 0; at < records.length; at += size) {
    const part = records.slice(at, at + size)
    await Promise.resolve()
    yield { records: part, next: at + size < records.length ? (part.at(-1)?.offset ?? 0) + 1 : end }
  }
  if (records.length === 0) yield { records, next: end }
}

async function* each(ranges: BookedRange[]) {
  for (const one of ranges) yield await Promise.resolve(one)
}

interface Walked {
  from?: number
  cut: number
  end?: number
  size?: number
}

async function walk(records: LogRecord[], ranges: BookedRange[], { from = 0, cut, end, size = 2 }: Walked) {
  const found: string[] = []
  const seen: string[] = []
  const balance = await walkLog({
    from,
    cut,
    records: fetches(records, size, end ?? cut),
    ranges: each(ranges),
    watch: ({ first, last }) => {
      seen.push(`${first}-${last}`)
      const see = ({ offset }: LogRecord, site: string) => void seen.push(`${site}${offset}`)
      return Promise.resolve({ see, end: () => Promise.resolve(void seen.push('end')) })
    },
    onLinesDiffer: ({ first, last }, site, inTopic, inBooks) =>
      found.push(`${first}-${last} ${site} ${inTopic}/${inBooks}`),
    onUnbooked: (first, last, lines, sites) =>
      found.push(`unbooked ${first}-${last} ${lines} ${[...sites].map((entry) => entry.join('=')).join()}`),
  })
  const { inFlightBySite, ...sums } = balance
  return { found, seen, sums, inFlight: Object.fromEntries(inFlightBySite) }
}

describe('walking a log along its books', () => {
  const records = [
    record(0, 'a', 2),
    record(1, 'b', 1),
    record(4, 'a', 3),
    record(6, 'a', 1),
    record(7, 'b', 5),
  ]

  it('finds nothing where the books are right, and counts what is in flight', async () => {
    const ranges = [range(0, 3, { a: 2, b: 1 }), range(4, 5, { a: 3 })]
    expect(await walk(records, ranges, { cut: 6, end: 8 })).toEqual({
      found: [],
      seen: ['0-3', 'a0', 'b1', 'end', '4-5', 'a4', 'end'],
      sums: { lines: 12, rows: 6, duplicates: 0, dead: 0, inFlight: 6 },
      inFlight: { a: 1, b: 5 },
    })
  })

  it('tells which range has other lines of which site', async () => {
    const ranges = [range(0, 1, { a: 2 }), range(2, 7, { a: 5, b: 5, c: 1 })]
    const { found } = await walk(records, ranges, { cut: 8 })
    expect(found).toEqual(['0-1 b 1/0', '2-7 a 4/5', '2-7 c 0/1'])
  })

  it('tells what no range covers: before, between, after, also where nothing is', async () => {
    const ranges = [range(1, 1, { b: 1 }), range(4, 4, { a: 3 }), range(6, 6, { a: 1 })]
    const { found } = await walk(records, ranges, { cut: 9 })
    expect(found).toEqual(['unbooked 0-0 2 a=2', 'unbooked 2-3 0 ', 'unbooked 5-5 0 ', 'unbooked 7-8 5 b=5'])
    expect((await walk([], [], { from: 3, cut: 5 })).found).toEqual(['unbooked 3-4 0 '])
    expect((await walk([], [range(3, 4, { '': 0 })], { from: 3, cut: 5 })).found).toEqual([])
  })

  it('leaves alone what was not read wholly', async () => {
    const ranges = [range(0, 3, { a: 2, b: 1 }), range(4, 9, { a: 4, b: 5 })]
    expect((await walk(records.slice(0, 3), ranges, { cut: 10, end: 6 })).found).toEqual([])
  })

  it('never differs from a plain comparison of everything at once', async () => {
    const site = fc.constantFrom('a', 'b', 'c')
    const log = fc.array(fc.record({ skip: fc.nat(2), site, lines: fc.integer({ min: 1, max: 3 }) }))
    const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 })
    const scenario = fc.record({ log, cuts, wrong: fc.nat(30), size: fc.integer({ min: 1, max: 4 }) })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ log, cuts, wrong, size }) => {
        let next = 0
        const made = log.map(({ skip, site, lines }) => {
          next += skip + 1
          return record(next - 1, site, lines)
        })
        let first = 0
        const ranges = cuts.map((length) => {
          const last = first + length - 1
          const sites: Record<string, number> = {}
          for (const { offset, key, value } of made) {
            const name = String(key)
            if (offset >= first && offset <= last)
              sites[name] = (sites[name] ?? 0) + String(value).split('\n').length
          }
          first = last + 1
          return range(first - length, last, sites)
        })
        const victim = ranges[wrong]
        const expected = victim ? [`${victim.first}-${victim.last} x 0/1`] : []
        victim?.sites.set('x', { lines: 1, rows: 1, duplicates: 0, dead: 0 })
        const { found, sums } = await walk(made, ranges, { cut: first, end: Math.max(first, next), size })
        expect(found).toEqual(expected)
        expect(sums.lines + expected.length).toBe(sums.rows + sums.inFlight)
      }),
    )
  })
})
