// What each figure should at least, or at most, be, and whether it is.
import type { Measured } from '../sections/sections.ts'
import type { DrainContender } from '../sections/drain-contenders.ts'
import type { StatsRound } from '../sections/stats.ts'
import type { VisibleRound } from '../sections/visible.ts'
import { spreadOf, type Spread } from '../statistics.ts'
import { totalCpu } from './pipe-tables.ts'
import { ratioBy } from './rounds.ts'
import { bold, digits, notKnown, table } from './table.ts'

interface Bar {
  name: string
  atLeast?: number
  atMost?: number
  unit: string
  /** Null where it is not known. */
  value: number | null
}

export function barsTable(measured: Partial<Measured>): string {
  const rows = barsOf(measured).map(({ name, atLeast, atMost, unit, value }) => {
    const limit =
      atLeast === undefined ? `at most ${plain(atMost)}${unit}` : `at least ${plain(atLeast)}${unit}`
    if (value === null) return [name, limit, notKnown, '']
    const isMet = value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity)
    return [name, limit, `${digits(value)}${unit}`, isMet ? 'met' : bold('missed')]
  })
  return table(['', 'bar', 'measured', ''], rows)
}

function plain(limit = 0): string {
  return Number.isInteger(limit) ? String(limit) : digits(limit)
}

/** The bars of the sections that were measured. */
function barsOf(measured: Partial<Measured>): Bar[] {
  return [
    ...httpBars('Single events', measured.single, 8),
    ...httpBars('Batches', measured.batches, 4),
    ...drainBars(measured.drain),
    ...pipeBars(measured.pipe),
    ...visibleBars(measured.visible),
    ...statsBars(measured.stats),
    ...startBars(measured.start),
  ]
}

const ratio = (name: string, limit: Pick<Bar, 'atLeast' | 'atMost'>, of: Spread | null): Bar => ({
  ...{ name, unit: 'x', value: of?.median ?? null },
  ...limit,
})

const third = { atMost: 1 / 3 }

function httpBars(name: string, rounds: Measured['single'] | undefined, atLeast: number): Bar[] {
  if (!rounds) return []
  const rate = (round: (typeof rounds)[number]) => round.requestsPerSecond
  const hasLimit = rounds.some(({ contender }) => contender === 'limit')
  const share = { atLeast: 0.4 }
  const ofBare = ratio(`${name}, against bare node:http`, share, ratioBy(rounds, 'tallyline', 'limit', rate))
  return [
    ratio(`${name}, rate against the usual`, { atLeast }, ratioBy(rounds, 'tallyline', 'usual', rate)),
    ratio(
      `${name}, p99 against the usual`,
      { atMost: 0.2 },
      ratioBy(rounds, 'tallyline', 'usual', (round) => round.p99Ms),
    ),
    ...(hasLimit ? [ofBare] : []),
  ]
}

function drainBars(drain: Measured['drain'] | undefined): Bar[] {
  if (!drain) return []
  const against = (ours: DrainContender, other: DrainContender) =>
    ratioBy(drain.rounds, ours, other, (round) => round.rowsPerSecond)
  const packed = (what: string, other: DrainContender, atLeast: number) =>
    ratio(`Drain, packed, against ${what}`, { atLeast }, against('tallylinePacked', other))
  const singles = (what: string, other: DrainContender, atLeast: number) =>
    ratio(`Drain, 1 event a record, against ${what}`, { atLeast }, against('tallylineSingles', other))
  return [
    packed('the usual', 'usual', 4),
    packed('the Kafka engine on the same topic', 'kafkaEnginePacked', 1.3),
    packed('raw posts one at a time', 'rawPosts', 0.8),
    singles('the usual', 'usual', 1.5),
    singles('the Kafka engine', 'kafkaEngineSingles', 1.5),
  ]
}

function pipeBars(runs: Measured['pipe'] | undefined): Bar[] {
  const usual = runs?.find(({ contender }) => contender === 'usual')
  const ours = runs?.find(({ contender }) => contender === 'tallyline')
  if (!usual || !ours) return []
  const [mine, theirs] = [totalCpu(ours), totalCpu(usual)]
  const ofBoth = (left: number | null, right: number | null) =>
    left === null || right === null ? null : left / right
  const bar = (name: string, limit: Pick<Bar, 'atLeast' | 'atMost'>, value: number | null, unit = 'x') => ({
    ...{ name, unit, value },
    ...limit,
  })
  const rates = ours.eventsPerSecond / usual.eventsPerSecond
  return [
    bar('Whole pipe, rate against the usual', { atLeast: 4 }, rates),
    bar('CPU an event, all processes, against the usual', { atMost: 0.25 }, ofBoth(mine, theirs)),
    bar('Bytes an event, against the usual', { atMost: 1.3 }, ours.size.bytesPerRow / usual.size.bytesPerRow),
    bar('Node processes together', { atMost: 600 }, ours.megabytes, ' MB'),
  ]
}

function visibleBars(rounds: Measured['visible'] | undefined): Bar[] {
  if (!rounds) return []
  const against = (valueOf: (round: VisibleRound) => number) => ratioBy(rounds, 'tallyline', 'usual', valueOf)
  const atMost = 1
  return [
    ratio(
      'POST to visible, p50 against the usual',
      { atMost },
      against((round) => round.p50Ms),
    ),
    ratio(
      'POST to visible, p99 against the usual',
      { atMost },
      against((round) => round.p99Ms),
    ),
  ]
}

function statsBars(stats: Measured['stats'] | undefined): Bar[] {
  if (!stats) return []
  const against = (valueOf: (round: StatsRound) => number) =>
    ratioBy(stats.rounds, 'tallyline', 'usual', valueOf)
  const name = (what: string) => `GET /stats, ${what}, against the usual`
  return [
    ratio(
      name('hot day, first time'),
      third,
      against((round) => round.hotFirstMs),
    ),
    ratio(
      name('hot day, again'),
      { atMost: 0.1 },
      against((round) => round.hotRepeatedMs),
    ),
    ratio(
      name('small site, first time'),
      third,
      against((round) => round.smallFirstMs),
    ),
  ]
}

function startBars(rounds: Measured['start'] | undefined): Bar[] {
  if (!rounds) return []
  const value = spreadOf(rounds.map(({ seconds }) => seconds)).median
  return [{ name: 'npm start on a prepared machine', atMost: 10, unit: ' s', value }]
}
