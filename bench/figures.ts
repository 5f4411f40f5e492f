// The figures as tables: on the console after a run, and on the bench's page.
import type { BenchResults } from './results.ts'
import type { Spread } from './statistics.ts'
import {
  bars,
  summarizeDrain,
  summarizeHttp,
  summarizeMemory,
  type DrainLine,
  type HttpLine,
} from './summary.ts'

/** The three tables, as Markdown. */
export interface Figures {
  http: string
  drain: string
  memory: string
  /** Each bar with what was measured against it. */
  bars: string
}

export function toFigures(results: BenchResults): Figures {
  return {
    http: httpTable(results),
    drain: drainTable(results),
    memory: memoryTable(results),
    bars: barLines(results),
  }
}

function httpTable({ http }: BenchResults): string {
  const row = (name: string, line: HttpLine, ratio: string) => [
    name,
    spread(line.requestsPerSecond, whole),
    spread(line.p50Ms, tenths),
    spread(line.p99Ms, tenths),
    line.serviceCpuUs ? whole(line.serviceCpuUs.median) : 'not known',
    `${whole(line.loadCpu.median * 100)} %`,
    ratio,
  ]
  const ours = summarizeHttp(http, 'tallyline')
  return table(
    ['', 'requests/s', 'p50 ms', 'p99 ms', 'service CPU µs a request', 'load CPU', 'against the usual'],
    [
      row('the usual', summarizeHttp(http, 'usual'), '1'),
      row('**Tallyline**', ours, `**${times(ours.ratio)}**`),
      row('limit: node:http without Kafka', summarizeHttp(http, 'limit'), ''),
    ],
  )
}

function drainTable({ drain }: BenchResults): string {
  const row = (name: string, line: DrainLine, ratio: string) => [
    name,
    spread(line.rowsPerSecond, whole),
    line.consumerCpuSeconds ? spread(line.consumerCpuSeconds, tenths) : 'not known',
    line.megabytes ? spread(line.megabytes, whole) : 'not known',
    ratio,
  ]
  const packed = summarizeDrain(drain, 'packed')
  const single = summarizeDrain(drain, 'single')
  return table(
    ['', 'rows/s', 'consumer CPU s a million rows', 'most memory, MB', 'against the usual'],
    [
      row('the usual, 1 event a record', summarizeDrain(drain, 'usual'), '1'),
      row(
        `**Tallyline, ${whole(drain.eventsPerRecord)} events a record**`,
        packed,
        `**${times(packed.ratio)}**`,
      ),
      row('**Tallyline, 1 event a record**', single, `**${times(single.ratio)}**`),
    ],
  )
}

function memoryTable({ drain }: BenchResults): string {
  const rows = drain.memory.map((run) => {
    const name =
      run.contender === 'packed' ? `${whole(drain.eventsPerRecord)} events a record` : '1 event a record'
    const line = summarizeMemory(run)
    const quarters = line ? line.quarters.map(whole) : ['not known', '', '', '']
    return [
      name,
      whole(run.events),
      whole(run.rowsPerSecond),
      ...quarters,
      line ? `**${whole(line.megabytes)}**` : '',
    ]
  })
  return table(['', 'events', 'rows/s', '1st quarter', '2nd', '3rd', '4th', 'most'], rows)
}

function barLines({ http, drain }: BenchResults): string {
  const ingest = summarizeHttp(http, 'tallyline').ratio.median
  const packed = summarizeDrain(drain, 'packed').ratio.median
  const single = summarizeDrain(drain, 'single').ratio.median
  const memory = drain.memory.map((run) => summarizeMemory(run)?.megabytes)
  const most = memory.every((value) => value !== undefined) ? Math.max(...memory) : null
  const verdict = (met: boolean) => (met ? 'met' : '**missed**')
  return [
    `- Single events: at least ${bars.httpRatio}x the usual: ${tenths(ingest)}x, ${verdict(ingest >= bars.httpRatio)}.`,
    `- Drain, packed records: at least ${bars.drainRatio}x the usual: ${tenths(packed)}x, ${verdict(packed >= bars.drainRatio)}.`,
    `- Drain, one event a record: at least ${bars.drainRatio}x the usual: ${tenths(single)}x, ${verdict(single >= bars.drainRatio)}.`,
    `- The consumer's memory: below ${bars.megabytes} MB: ${most === null ? 'not known here' : `${whole(most)} MB, ${verdict(most < bars.megabytes)}`}.`,
  ].join('\n')
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join(
    '\n',
  )
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function tenths(value: number): string {
  return value.toFixed(1)
}

function times({ median, min, max }: Spread): string {
  return `${tenths(median)}x (${tenths(min)}-${tenths(max)})`
}

function spread({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)}-${format(max)})`
}
