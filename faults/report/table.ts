// The table that a run ends with.
import type { RunResult } from './result.ts'

/** Lines of names and values, the values one below the other. */
export function toTable(result: RunResult): string {
  const { events, faults, replays, looks, recovery, caughtUp } = result
  const rows: [string, string][] = [
    ['seed', String(result.options.seed)],
    [
      'lasted',
      `${(result.seconds / 60).toFixed(1)} min, the last ${result.settledSeconds} s to come to rest`,
    ],
    ['sent', number(events.sent)],
    ['acknowledged', number(events.acknowledged)],
    ['sent again without an answer', number(events.resent)],
    ['sent again on purpose', number(events.repeated)],
    ['refused', number(events.refused)],
    ['stored', `${number(events.stored)}, ${number(events.unacknowledged)} of them never acknowledged`],
    ['duplicates', number(events.duplicates)],
    ['dead letters', number(events.deadLetters)],
    ['lost', number(events.lost)],
    ['doubled', number(events.doubled)],
    ['unknown', number(events.unknown)],
    ['audit', result.audit.verdict],
    ['answers of /stats compared', number(result.statsAnswers)],
    [
      'looks of a reader',
      `${number(looks.good)} good, ${looks.whole} of the whole table, ${looks.failed} failed`,
    ],
    ['doubled at any look', number(looks.doubled.length)],
    ['faults', `${faults.done} of ${Object.keys(faults.byKind).length} kinds, ${faults.skipped} skipped`],
    ...Object.entries(faults.byKind).map(([kind, count]): [string, string] => [`  ${kind}`, String(count)]),
    ['lines found stored that were in no books', number(replays.ranges)],
    ['kills of a consumer', `${replays.kills}, ${replays.killsWithReplay} of them with such lines`],
    ['storing again after a fault', duration(recovery)],
    ['caught up after a fault', duration(caughtUp)],
    ...result.memory.map((one): [string, string] => [
      `memory of ${one.name}`,
      `at most ${one.highestMegabytes.toFixed(0)} MB, ${growth(one)}`,
    ]),
    ...Object.entries(result.scenario).map(([name, value]): [string, string] => [name, show(value)]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function duration({ longestMs, medianMs, after }: RunResult['recovery']): string {
  if (after === null) return 'never seen'
  return `at most ${seconds(longestMs)} (${after}), half of them ${seconds(medianMs)}`
}

function seconds(ms: number | null): string {
  return ms === null ? 'none' : `${(ms / 1000).toFixed(1)} s`
}

function growth({ megabytesPerMinute, seconds: span }: RunResult['memory'][number]): string {
  if (megabytesPerMinute === null) return 'no life long enough to see it grow'
  return `${megabytesPerMinute.toFixed(2)} MB a minute over ${Math.round(span / 60)} min`
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
