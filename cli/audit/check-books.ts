// Whether the books are whole in themselves: ranges follow each other, and every line of a range became something.
import {
  queryBreaks,
  queryContradictions,
  type Break,
  type Contradiction,
} from '../../clickhouse/audit/booked-ranges.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { amount, offsets, whereIs, type Finding, type Findings } from './findings.ts'
import type { Logs, PresentLog } from './logs.ts'

const mostContradictions = 200

/** Where records expire again and again before they are read, each time is one. */
const mostBreaks = 100_000

export interface BooksOptions {
  /** Offsets that expired before they were read are no fault. */
  allowExpired: boolean
  /** The topic's records are read as well, so that what is left out above the log's start shows there. */
  readsTopic: boolean
}

/** Looks through the ranges of all logs. */
export async function checkBooks(
  clickhouse: ClickHouse,
  logs: Logs,
  options: BooksOptions,
  findings: Findings,
): Promise<void> {
  const breaks = await queryBreaks(clickhouse, [...logs.present, ...logs.others], mostBreaks + 1)
  if (breaks.length > mostBreaks) findings.add(tooManyBreaks(breaks.length))
  for (const found of breaks) {
    const log = logs.present.find(
      ({ topicId, partition }) => topicId === found.topicId && partition === found.partition,
    )
    if (found.first <= found.after) findings.add(overlap(found))
    else for (const gap of gapsOf(found, log, options)) findings.add(gap)
  }
  for (const log of logs.present) for (const end of endsOf(log, options)) findings.add(end)
  for (const found of await queryContradictions(clickhouse, mostContradictions))
    findings.add(contradiction(found))
}

function tooManyBreaks(count: number): Finding {
  const text = `the ranges of the books do not follow each other in more than ${mostBreaks.toLocaleString('en-US')} places: further ones were not looked through`
  return { kind: 'too_many_breaks', count, text, fails: true, topicId: '' }
}

function overlap({ topicId, partition, first, last, after }: Break): Finding {
  return {
    kind: 'ranges_overlap',
    count: Math.min(last, after) - first + 1,
    text: `${whereIs(partition, first, last)}: the range begins below offset ${after + 1}, where the books had come to`,
    fails: true,
    topicId,
    partition,
    firstOffset: first,
    lastOffset: last,
  }
}

/** Offsets between two ranges: Kafka dropped those below the log's start; the books left out the others. */
function gapsOf(found: Break, log: PresentLog | undefined, options: BooksOptions): Finding[] {
  const { topicId, partition, after, first } = found
  const low = log?.low ?? first
  const gaps: Finding[] = []
  if (after + 1 < low) {
    const last = Math.min(first, low) - 1
    const isBefore = after === -1
    if (isBefore) gaps.push(beforeBooks(topicId, partition, 0, last))
    else gaps.push(expired(topicId, partition, after + 1, last, options))
  }
  if (first > low && !options.readsTopic) {
    gaps.push(notInBooks(topicId, partition, Math.max(after + 1, low), first - 1))
  }
  return gaps
}

/** What lies between the last range and the committed offset, or the log's start. */
function endsOf(log: PresentLog, options: BooksOptions): Finding[] {
  const { topicId, partition, low, high, committed, cut, bookedFrom, bookedTo } = log
  const found: Finding[] = []
  if (cut > high) {
    const text = `partition ${partition}: offsets below ${cut} are stored or committed, but the log ends at ${high}: Kafka lost records`
    found.push({ kind: 'beyond_log', count: cut - high, text, fails: true, topicId, partition })
  }
  if (bookedTo < low) {
    const hasBegun = bookedFrom < bookedTo || (committed ?? 0) > 0
    if (hasBegun) found.push(expired(topicId, partition, bookedTo, low - 1, options))
    else found.push(beforeBooks(topicId, partition, 0, low - 1))
  }
  const end = Math.min(cut, high)
  if (end > Math.max(low, bookedTo) && !options.readsTopic) {
    found.push(notInBooks(topicId, partition, Math.max(low, bookedTo), end - 1))
  }
  return found
}

function expired(
  topicId: string,
  partition: number,
  first: number,
  last: number,
  { allowExpired }: BooksOptions,
): Finding {
  return {
    kind: 'expired',
    count: last - first + 1,
    text: `partition ${partition}: Kafka dropped ${offsets(first, last)} (${amount(last - first + 1, 'record')} at most) before they were read`,
    fails: !allowExpired,
    topicId,
    partition,
    firstOffset: first,
    lastOffset: last,
  }
}

function beforeBooks(topicId: string, partition: number, first: number, last: number): Finding {
  return {
    kind: 'before_books',
    count: last - first + 1,
    text: `partition ${partition}: the books begin at offset ${last + 1}; Kafka had dropped what was before`,
    fails: false,
    topicId,
    partition,
    firstOffset: first,
    lastOffset: last,
  }
}

function notInBooks(topicId: string, partition: number, first: number, last: number): Finding {
  return {
    kind: 'not_in_books',
    count: last - first + 1,
    text: `${whereIs(partition, first, last)}: no range of the books covers them, and Kafka still has them`,
    fails: true,
    topicId,
    partition,
    firstOffset: first,
    lastOffset: last,
  }
}

function contradiction(found: Contradiction): Finding {
  const { topicId, partition, first, last, site, lines, rows, duplicates, dead } = found
  const sum = `${rows} rows + ${duplicates} duplicates + ${dead} dead letters`
  return {
    kind: 'books_contradict',
    count: Math.abs(lines - rows - duplicates - dead),
    text: `${whereIs(partition, first, last, site)}: the books say ${amount(lines, 'line')}, but ${sum}`,
    fails: true,
    topicId,
    partition,
    firstOffset: first,
    lastOffset: last,
    site,
  }
}
