// What came of a run, as text.
import { kinds } from './case.ts'
import type { FuzzReport } from './run-fuzz.ts'
import type { FuzzOptions } from './send-all.ts'

const titles = {
  event: 'POST /event',
  batch: 'POST /events',
  question: 'GET /stats',
  request: 'other requests',
  talk: 'bytes on the wire',
  record: 'Kafka records',
}

/** The figures of a run. */
export function describeReport({ seed, cases }: FuzzOptions, report: FuzzReport): string {
  const { outcomes, stored, memory, seconds, faults } = report
  const [sending, storing, checking] = seconds.map((time) => time.toFixed(0))
  const answers = kinds.flatMap((kind) => {
    const all = [...(outcomes.get(kind) ?? [])].sort(([left], [right]) => (left < right ? -1 : 1))
    return all.length === 0
      ? []
      : [`  ${titles[kind].padEnd(18)}${all.map((pair) => pair.reverse().join(' × ')).join(', ')}`]
  })
  const held = [...memory].map(([name, { before, peak, after }]) => {
    return `  ${name.padEnd(18)}${[before, peak, after].map(megabytes).join(', ')} MB before, at most, after`
  })
  const kept = stored
    ? `  ${stored.rows} rows, ${stored.dead} dead letters, ${stored.duplicates} duplicates, ${stored.sites.size} sites`
    : '  not everything was stored'
  const times = `${cases} cases of seed ${seed}: ${sending} s to send, ${storing} s to store the rest, ${checking} s to check`
  return [times, ...answers, kept, ...held, `${faults.length} faults`].join('\n')
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
