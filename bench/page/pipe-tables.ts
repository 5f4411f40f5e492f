// The tables of the whole pipe: rate and CPU, and bytes on disk.
import { pipeProcesses, type PipeRun } from '../sections/pipe.ts'
import type { SizeOnDisk } from '../sections/size-on-disk.ts'
import { bold, digits, notKnown, spooledNote, table } from './table.ts'

export function pipeTables(runs: readonly PipeRun[]): string {
  const usual = runs.find(({ contender }) => contender === 'usual')
  const ours = runs.find(({ contender }) => contender === 'tallyline')
  if (!usual || !ours) return notKnown
  return [
    rates(usual, ours) + spooledNote(runs),
    cpu(usual, ours),
    bytes(usual, ours),
    columns(ours.size),
  ].join('\n\n')
}

/** Seconds of CPU for a million events, all processes together; null where one is not known. */
export function totalCpu({ cpu: seconds }: PipeRun): number | null {
  const values = pipeProcesses.map((name) => seconds[name]).filter((value) => value !== null)
  return values.length === pipeProcesses.length ? values.reduce((sum, value) => sum + value, 0) : null
}

function rates(usual: PipeRun, ours: PipeRun): string {
  const row = (name: string, run: PipeRun, ratio: string) => [
    ...[name, digits(run.eventsPerSecond), run.events.toLocaleString('en'), digits(run.secondsBehind)],
    ...[run.megabytes === null ? notKnown : digits(run.megabytes), digits(run.loadCpu * 100), ratio],
  ]
  const ratio = ours.eventsPerSecond / usual.eventsPerSecond
  return table(
    ['', 'events/s', 'events', 's behind at the end', 'Node MB, together', 'load CPU %', 'against the usual'],
    [row('the usual', usual, '1'), row('**Tallyline**', ours, bold(`${digits(ratio)}x`))],
  )
}

function cpu(usual: PipeRun, ours: PipeRun): string {
  const row = (name: string, run: PipeRun, ratio: string) => {
    const total = totalCpu(run)
    const values = pipeProcesses.map((process) => run.cpu[process])
    return [name, ...[...values, total].map((value) => (value === null ? notKnown : digits(value))), ratio]
  }
  const [theirTotal, ourTotal] = [totalCpu(usual), totalCpu(ours)]
  const ratio = theirTotal === null || ourTotal === null ? notKnown : `${digits(ourTotal / theirTotal)}x`
  return table(
    ['CPU s a million events', 'ingest', 'consumer', 'reporting', 'Kafka', 'ClickHouse', 'all', 'ratio'],
    [row('the usual', usual, '1'), row('**Tallyline**', ours, bold(ratio))],
  )
}

function bytes(usual: PipeRun, ours: PipeRun): string {
  const [theirs, mine] = [usual.size.bytesPerRow, ours.size.bytesPerRow]
  return table(
    ['On disk, as one part', 'bytes an event', 'ratio'],
    [
      ['the usual', digits(theirs), '1'],
      ['**Tallyline**', digits(mine), bold(`${digits(mine / theirs)}x`)],
    ],
  )
}

function columns(size: SizeOnDisk): string {
  return table(
    ['Column of `events`', 'bytes an event'],
    size.columns.map(({ name, bytesPerRow }) => [`\`${name}\``, digits(bytesPerRow)]),
  )
}
