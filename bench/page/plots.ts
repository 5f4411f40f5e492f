// The figures as pictures, each an SVG file below `plots`.
import { drainContenders } from '../sections/drain-contenders.ts'
import type { GrowthStep } from '../sections/growth.ts'
import type { HttpContender, HttpRound } from '../sections/http-rounds.ts'
import { pipeProcesses, type PipeRun } from '../sections/pipe.ts'
import type { Measured, SectionName } from '../sections/sections.ts'
import { spreadOf } from '../statistics.ts'
import { drainNames } from './drain-table.ts'
import { statsQuestions } from './other-tables.ts'
import { totalCpu } from './pipe-tables.ts'
import { barChart, type Bar } from './plot/bar-chart.ts'
import { lineChart } from './plot/line-chart.ts'
import { spreadBy } from './rounds.ts'
import { digits, notKnown } from './table.ts'

/** The plots of each section, by name. */
export function toPlots(measured: Measured): Partial<Record<SectionName, Record<string, string>>> {
  return {
    single: { single: httpPlot(measured.single, 'requests') },
    batches: { batches: httpPlot(measured.batches, 'events') },
    drain: { drain: drainPlot(measured) },
    pipe: { cpu: cpuPlot(measured.pipe) },
    stats: { stats: statsPlot(measured) },
    growth: growthPlots(measured.growth),
  }
}

/** What a bar says and how long it is, in whole numbers. */
function barOf(label: string, values: number[], isOurs: boolean, unit = ''): Bar {
  const sum = values.reduce((total, value) => total + value, 0)
  return { label, values, isOurs, note: `${digits(sum)}${unit}` }
}

const httpNames: Record<HttpContender, string> = {
  usual: 'the usual',
  tallyline: 'Tallyline',
  limit: 'limit: bare node:http',
}

function httpPlot(rounds: readonly HttpRound[], what: 'requests' | 'events'): string {
  const contenders = (['usual', 'tallyline', 'limit'] as const).filter((name) =>
    rounds.some(({ contender }) => contender === name),
  )
  const bars = contenders.map((name) => {
    const rate = spreadBy(rounds, name, (round) => round[`${what}PerSecond`])?.median ?? 0
    const p99 = spreadBy(rounds, name, (round) => round.p99Ms)?.median ?? 0
    const bar = barOf(httpNames[name], [rate], name === 'tallyline')
    return { ...bar, note: `${bar.note}, p99 ${digits(p99)} ms` }
  })
  const title = what === 'requests' ? 'POST /event, 64 connections' : 'POST /events, 100 events a request'
  return barChart({ title, axis: `${what} a second`, bars })
}

function drainPlot({ drain: { rounds, eventsPerRecord } }: Measured): string {
  const names = drainNames(eventsPerRecord)
  const bars = drainContenders.map((name) => {
    const rate = spreadBy(rounds, name, (round) => round.rowsPerSecond)?.median ?? 0
    return barOf(names[name], [rate], name.startsWith('tallyline'))
  })
  return barChart({ title: 'Kafka to ClickHouse', axis: 'rows a second', bars })
}

function cpuPlot(runs: readonly PipeRun[]): string {
  const bars = runs.map((run) => {
    const values = pipeProcesses.map((name) => run.cpu[name] ?? 0)
    const isOurs = run.contender === 'tallyline'
    const bar = barOf(isOurs ? 'Tallyline' : 'the usual', values, isOurs, ' s')
    return totalCpu(run) === null ? { ...bar, note: notKnown } : bar
  })
  const series = ['ingest', 'consumer', 'reporting', 'Kafka', 'ClickHouse']
  return barChart({ title: 'CPU of the whole pipe', axis: 'seconds of CPU a million events', series, bars })
}

function statsPlot({ stats: { rounds } }: Measured): string {
  const bars = statsQuestions.flatMap(({ name, valueOf }) =>
    (['usual', 'tallyline'] as const).map((contender) => {
      const ms = spreadBy(rounds, contender, valueOf)?.median ?? 0
      const isOurs = contender === 'tallyline'
      return barOf(`${name}: ${isOurs ? 'Tallyline' : 'the usual'}`, [ms], isOurs, ' ms')
    }),
  )
  return barChart({ title: 'GET /stats, p50', axis: 'milliseconds', bars })
}

function growthPlots(steps: readonly GrowthStep[]): Record<string, string> {
  const over = {
    steps: steps.map(({ rows }) => rows.toLocaleString('en')),
    stepsName: 'rows that the table holds before',
  }
  const series = (name: string, values: number[]) => ({ name, values, notes: values.map(digits) })
  const rates = steps.map(({ drains }) => spreadOf(drains.map((one) => one.rowsPerSecond)).median)
  return {
    'growth-drain': lineChart({
      ...over,
      ...{ title: 'Drain into a table that grows', axis: 'rows a second' },
      series: [series('Tallyline, packed records', rates)],
    }),
    'growth-stats': lineChart({
      ...over,
      ...{ title: 'GET /stats, first time, of a table that grows', axis: 'milliseconds, p50' },
      series: [
        series(
          'a site of 30,000 that day',
          steps.map(({ hotFirstMs }) => hotFirstMs),
        ),
        series(
          'a small site',
          steps.map(({ smallFirstMs }) => smallFirstMs),
        ),
      ],
    }),
  }
}
