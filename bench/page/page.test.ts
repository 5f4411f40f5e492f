// The page made of a run: its tables, its bars and its plots.
import { describe, expect, it } from 'vitest'
import { readOptions } from '../options.ts'
import type { BenchResults } from '../results.ts'
import { drainContenders } from '../sections/drain-contenders.ts'
import type { HttpContender } from '../sections/http-rounds.ts'
import { barsTable } from './bars.ts'
import { toFigures } from './figures.ts'
import { toPage } from './page.ts'

const cpu = { ingest: 4, consumer: 3, reporting: 0.5, kafka: 2, clickhouse: 5.5 }
const rounds = [1, 2, 3]

const http = (rates: Partial<Record<HttpContender, number>>, events: number) =>
  rounds.flatMap((round) =>
    Object.entries(rates).map(([contender, rate]) => ({
      ...{ round, contender: contender as HttpContender, requestsPerSecond: rate + round },
      ...{ eventsPerSecond: (rate + round) * events, p50Ms: 1, p99Ms: 5000 / rate, p999Ms: 9 },
      ...{ serviceCpuUs: 50, loadCpu: 0.2, spooled: 0 },
    })),
  )

function pipeRun(contender: 'usual' | 'tallyline', factor: number) {
  const columns = [
    { name: 'event_id', bytesPerRow: 16 },
    { name: 'path', bytesPerRow: 2 },
  ]
  return {
    ...{
      round: 1,
      contender,
      events: 1e6,
      eventsPerSecond: 1e5 / factor,
      secondsBehind: 1,
      loadCpu: 0.1,
      spooled: 0,
    },
    ...{ cpu: { ...cpu, kafka: cpu.kafka * factor }, megabytes: 400, size: { bytesPerRow: 40, columns } },
  }
}

const results: BenchResults = {
  date: '2026-11-22T01:02:03.000Z',
  machine: { cores: 2, cpu: 'A <fast> one', memoryGiB: 24, system: 'Linux 6', pinned: true, inMemory: true },
  loadBefore: 0.1,
  versions: { node: '20.20.2', kafka: null },
  settings: readOptions([])?.settings as BenchResults['settings'],
  single: http({ usual: 1000, tallyline: 9000, limit: 30_000 }, 1),
  batches: http({ usual: 1000, tallyline: 3000 }, 100),
  drain: {
    eventsPerRecord: 54.3,
    rounds: rounds.flatMap((round) =>
      drainContenders.map((contender, index) => {
        const isEngine = contender.startsWith('kafkaEngine')
        const own = { consumer: isEngine ? null : 2, kafka: 1, clickhouse: 2 }
        const rowsPerSecond = 1e5 * (index + 1)
        return { round, contender, rowsPerSecond, cpu: own, maxMegabytes: isEngine ? null : 200 }
      }),
    ),
  },
  pipe: [pipeRun('usual', 5), pipeRun('tallyline', 1)],
  visible: rounds.flatMap((round) => [
    { round, contender: 'usual' as const, p50Ms: 10, p99Ms: 40, maxMs: 60 },
    { round, contender: 'tallyline' as const, p50Ms: 12, p99Ms: 30, maxMs: 50 },
  ]),
  stats: {
    ...{ hotUsers: 199_000, hotPaths: 16_000 },
    rounds: rounds.flatMap((round) => [
      { ...{ round, contender: 'usual' as const, hotFirstMs: 90 }, ...again(30) },
      { ...{ round, contender: 'tallyline' as const, hotFirstMs: 30 }, ...again(2) },
    ]),
  },
  growth: [1, 10, 100].map((days) => ({
    ...{ rows: days * 200_000, hotFirstMs: 10 + days / 10, smallFirstMs: 4 },
    drains: rounds.map(() => ({ rowsPerSecond: 4e5 - days * 100, cpu: { ...cpu }, maxMegabytes: 150 })),
  })),
  start: rounds.map((round) => ({ round, seconds: 7 + round })),
}

function again(ms: number) {
  return { hotRepeatedMs: ms, smallFirstMs: ms, smallRepeatedMs: ms }
}

describe('the page', () => {
  const files = toPage(results, 'results/2026-11-22-0102.json')
  const page = files['README.md'] ?? ''

  it('says the method before any figure', () => {
    expect(page.indexOf('## Method')).toBeGreaterThan(0)
    expect(page.indexOf('## Method')).toBeLessThan(page.indexOf('## Figures of 2026-11-22'))
    expect(page).toContain('(results/2026-11-22-0102.json)')
  })

  it('has every figure, and none that is no number', () => {
    for (const title of ['POST /event', 'Drain', 'The whole pipe', 'visible', 'Growth', 'npm start']) {
      expect(page).toMatch(new RegExp(`^### .*${title}`, 'm'))
    }
    expect(page).not.toMatch(/NaN|undefined|null|Infinity|\[object/)
    expect(page).toContain('| **Tallyline** | 9,002 (9,001-9,003) |')
    expect(page).toContain('| Kafka engine, 1 event a record | 200,000 | not known |')
  })

  it('shows every plot that it has, and only those', () => {
    const shown = [...page.matchAll(/!\[[^\]]+\]\((plots\/[^)]+)\)/g)].map(([, path]) => path)
    expect(shown.toSorted()).toEqual(
      Object.keys(files)
        .filter((path) => path !== 'README.md')
        .sort(),
    )
    expect(shown).toHaveLength(7)
  })

  it('has plots on a white ground, whole and with numbers only', () => {
    for (const [path, picture] of Object.entries(files)) {
      if (!path.endsWith('.svg')) continue
      expect(picture, path).toMatch(/^<svg [^>]+>\n<rect [^>]*fill="#ffffff"\/>/)
      expect(picture, path).toMatch(/<\/svg>\n$/)
      expect(picture, path).not.toMatch(/NaN|undefined|Infinity|="-/)
    }
  })
})

describe('the bars', () => {
  const lineOf = (name: string) =>
    barsTable(results)
      .split('\n')
      .find((line) => line.includes(name))

  it('are met from their limit on', () => {
    expect(lineOf('Single events, rate')).toBe(
      '| Single events, rate against the usual | at least 8x | 8.98x | met |',
    )
    expect(lineOf('hot day, first time')).toMatch(/at most 0.33x \| 0.33x \| met/)
    expect(lineOf('npm start')).toMatch(/at most 10 s \| 9.00 s \| met/)
  })

  it('are missed below it, or above where they are a most', () => {
    expect(lineOf('Batches, rate')).toMatch(/at least 4x \| 3.00x \| \*\*missed\*\*/)
    expect(lineOf('visible, p50')).toMatch(/at most 1x \| 1.20x \| \*\*missed\*\*/)
  })

  it('are not known where the system does not tell', () => {
    const pipe = results.pipe.map((run) => ({ ...run, cpu: { ...run.cpu, kafka: null } }))
    expect(barsTable({ pipe })).toContain(
      '| CPU an event, all processes, against the usual | at most 0.25x | not known |',
    )
  })
})

describe('the figures', () => {
  it('say where events were kept under another promise', () => {
    const pipe = results.pipe.map((run) => ({ ...run, spooled: 1200 }))
    expect(toFigures('pipe', { pipe })).toContain('1,200 of Tallyline')
    expect(toFigures('pipe', results)).not.toContain('spool')
  })

  it('are only those of the sections that were measured', () => {
    expect(toFigures('drain', { start: results.start })).toBe('')
    expect(toFigures('start', { start: results.start })).toContain('9.00 (8.00-10.0)')
    expect(barsTable({ start: results.start }).split('\n')).toHaveLength(3)
  })
})
