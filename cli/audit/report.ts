// The outcome of an audit for people: the topic's partitions, the tables, the sites that differ, every difference as a
// sentence, and one last line.
import { cell, textTable, type Column } from '../text-table.ts'
import type { Audit, PartitionAudit } from './audit.ts'
import { amount, siteName, type Finding } from './findings.ts'

const mostSites = 10
const mostFindings = 50

/** Everything but the last line. */
export function report(audit: Audit): string {
  const notes = audit.findings.filter(({ fails }) => !fails)
  const failures = audit.findings.filter(({ fails }) => fails)
  return [
    `Topic ${audit.topic.name} (${audit.topic.id}), group ${audit.groupId}, ${audit.at.toISOString()}`,
    topicSection(audit),
    tablesSection(audit),
    othersSection(audit),
    sitesSection(audit),
    listSection('Also found', notes, audit.notes),
    listSection('Differences', failures, audit.failing),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
}

/** The one line that says it all: begins with `balanced` or `NOT balanced`. */
export function verdict(audit: Audit): string {
  const failures = audit.findings.filter(({ fails }) => fails)
  const [first] = failures
  if (first) {
    const more = audit.failing > 1 ? `; and ${amount(audit.failing - 1, 'more difference')}` : ''
    return `NOT balanced: ${first.text}${more}`
  }
  const sum = totalOf(audit.partitions)
  const became = `${amount(sum.rows, 'row')} + ${amount(sum.duplicates, 'duplicate')} + ${amount(sum.dead, 'dead letter')}`
  return sum.lines === null
    ? `balanced: the tables hold the ${became} of the books; the topic was not read`
    : `balanced: ${amount(sum.lines, 'line')} in the topic = ${became} + ${cell(sum.inFlight)} in flight`
}

/** Lines of a partition, or of all. */
export interface Line {
  name: string
  logStart: number | null
  committed: number | null
  end: number | null
  lines: number | null
  rows: number
  duplicates: number
  dead: number
  inFlight: number | null
  difference: number | null
}

/** One partition's line of the table. */
export function lineOf({ log, topic, tables }: PartitionAudit): Line {
  const { duplicates, bookedRows, bookedDead } = tables
  const { lines, rows, dead, inFlight } = topic ?? {
    lines: null,
    rows: bookedRows,
    dead: bookedDead,
    inFlight: null,
  }
  return {
    name: String(log.partition),
    logStart: log.low,
    committed: log.committed,
    end: log.high,
    lines,
    rows,
    dead,
    inFlight,
    duplicates: topic?.duplicates ?? duplicates,
    difference: topic && topic.lines - topic.rows - topic.duplicates - topic.dead - topic.inFlight,
  }
}

/** All partitions together. */
export function totalOf(partitions: readonly PartitionAudit[]): Line {
  const lines = partitions.map(lineOf)
  const sum = (of: (line: Line) => number | null) =>
    lines.reduce<number | null>((all, line) => {
      const value = of(line)
      return all === null || value === null ? null : all + value
    }, 0)
  return {
    name: 'all',
    logStart: null,
    committed: null,
    end: null,
    lines: sum(({ lines: value }) => value),
    rows: sum(({ rows }) => rows) ?? 0,
    duplicates: sum(({ duplicates }) => duplicates) ?? 0,
    dead: sum(({ dead }) => dead) ?? 0,
    inFlight: sum(({ inFlight }) => inFlight),
    difference: sum(({ difference }) => difference),
  }
}

const lineColumns: Column<Line>[] = [
  { title: 'partition', of: ({ name }) => name },
  { title: 'log start', of: ({ logStart }) => logStart },
  { title: 'committed', of: ({ committed }) => committed },
  { title: 'end', of: ({ end }) => end },
  { title: 'lines', of: ({ lines }) => lines },
  { title: 'rows', of: ({ rows }) => rows },
  { title: 'duplicates', of: ({ duplicates }) => duplicates },
  { title: 'dead', of: ({ dead }) => dead },
  { title: 'in flight', of: ({ inFlight }) => inFlight },
  { title: 'difference', of: ({ difference }) => difference },
]

function topicSection({ partitions }: Audit): string {
  const lines = [...partitions.map(lineOf), totalOf(partitions)]
  return `In the topic, as far as Kafka still has it, against the books\n${textTable(lineColumns, lines)}`
}

interface TableLine {
  name: string
  topic: string
  bookedRows: number
  storedRows: number
  bookedDead: number
  storedDead: number
}

const tableColumns: Column<TableLine>[] = [
  { title: 'partition', of: ({ name }) => name },
  { title: 'rows booked', of: ({ bookedRows }) => bookedRows },
  { title: 'in events', of: ({ storedRows }) => storedRows },
  { title: 'dead booked', of: ({ bookedDead }) => bookedDead },
  { title: 'in dead_letters', of: ({ storedDead }) => storedDead },
  {
    title: 'difference',
    of: (line) => Math.abs(line.bookedRows - line.storedRows) + Math.abs(line.bookedDead - line.storedDead),
  },
]

function tablesSection({ partitions }: Audit): string {
  const lines = partitions.map(({ tables }) => ({ ...tables, name: String(tables.partition), topic: '' }))
  return `In the tables, all that was ever stored of it, against the books\n${textTable(tableColumns, lines)}`
}

function othersSection({ others }: Audit): string {
  if (others.length === 0) return ''
  const lines = others.map(({ topic, tables }) => ({
    ...tables,
    name: String(tables.partition),
    topic: `${topic ?? 'unknown'} (${tables.topicId})`,
  }))
  const columns = [{ title: 'topic', of: ({ topic }: TableLine) => topic }, ...tableColumns]
  return `Of topics that are gone, or that another group reads\n${textTable(columns, lines)}`
}

function sitesSection({ sites }: Audit): string {
  const most = sites.most(mostSites)
  if (most.length === 0) return ''
  const columns: Column<{ site: string; lines: number }>[] = [
    { title: 'site', of: ({ site }) => siteName(site) },
    { title: 'lines', of: ({ lines }) => lines },
  ]
  return `Sites that differ most\n${textTable(columns, most)}`
}

function listSection(title: string, findings: readonly Finding[], count: number): string {
  if (count === 0) return ''
  const told = findings.slice(0, mostFindings).map(({ text }) => `  ${text}`)
  const more = count > told.length ? [`  and ${(count - told.length).toLocaleString('en-US')} more`] : []
  return [`${title}: ${count.toLocaleString('en-US')}`, ...told, ...more].join('\n')
}
