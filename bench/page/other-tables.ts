// The tables of the sections that need no more than one.
import { contenders, type Contender } from '../contenders/services.ts'
import type { GrowthStep } from '../sections/growth.ts'
import type { StartRound } from '../sections/start.ts'
import type { StatsResults, StatsRound } from '../sections/stats.ts'
import type { VisibleRound } from '../sections/visible.ts'
import { spreadOf } from '../statistics.ts'
import { ratioBy, spreadBy } from './rounds.ts'
import { bold, digits, spread, table, times } from './table.ts'

const names: Record<Contender, string> = { usual: 'the usual', tallyline: '**Tallyline**' }

export function visibleTable(rounds: readonly VisibleRound[]): string {
  const values = [
    (round: VisibleRound) => round.p50Ms,
    (round: VisibleRound) => round.p99Ms,
    (round: VisibleRound) => round.maxMs,
  ]
  const rows = contenders.map((name) => [
    names[name],
    ...values.map((valueOf) => spread(spreadBy(rounds, name, valueOf))),
  ])
  const ratios = values.map((valueOf) => bold(times(ratioBy(rounds, 'tallyline', 'usual', valueOf))))
  return table(['', 'p50 ms', 'p99 ms', 'most ms'], [...rows, ['ratio', ...ratios]])
}

export const statsQuestions: { name: string; valueOf: (round: StatsRound) => number }[] = [
  { name: 'hot day, first time', valueOf: (round) => round.hotFirstMs },
  { name: 'hot day, again', valueOf: (round) => round.hotRepeatedMs },
  { name: 'small site, first time', valueOf: (round) => round.smallFirstMs },
  { name: 'small site, again', valueOf: (round) => round.smallRepeatedMs },
]

export function statsTable({ rounds }: StatsResults): string {
  const rows = statsQuestions.map(({ name, valueOf }) => [
    name,
    ...contenders.map((contender) => spread(spreadBy(rounds, contender, valueOf))),
    bold(times(ratioBy(rounds, 'tallyline', 'usual', valueOf))),
  ])
  return table(['p50 ms', 'the usual', 'Tallyline', 'ratio'], rows)
}

export function growthTable(steps: readonly GrowthStep[]): string {
  const rows = steps.map(({ rows: before, drains, hotFirstMs, smallFirstMs }) => [
    before.toLocaleString('en'),
    spread(spreadOf(drains.map(({ rowsPerSecond }) => rowsPerSecond))),
    digits(hotFirstMs),
    digits(smallFirstMs),
  ])
  return table(['rows before', 'drain, rows/s', 'a site of 30,000 that day, ms', 'a small site, ms'], rows)
}

export function startTable(rounds: readonly StartRound[]): string {
  return table(['', 'seconds'], [['until ready', spread(spreadOf(rounds.map(({ seconds }) => seconds)))]])
}
