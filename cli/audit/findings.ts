// What an audit found: each difference as a sentence for people and as data for machines.
import { printable } from '../printable.ts'

export type FindingKind =
  /** Lines below the committed offset that no range of the books covers. */
  | 'not_in_books'
  /** The books have other lines of a range than the topic. */
  | 'lines_differ'
  /** Lines of a range are not rows + duplicates + dead. */
  | 'books_contradict'
  | 'ranges_overlap'
  /** Fewer, or more, lines are stored than booked. */
  | 'missing'
  | 'surplus'
  | 'line_stored_twice'
  | 'event_stored_twice'
  /** The group has committed more than the log holds. */
  | 'beyond_log'
  /** Kafka dropped records before they were read. */
  | 'expired'
  /** Kafka dropped records before the first range was read. */
  | 'before_books'
  /** Rows of another topic that its books do not reach. */
  | 'beyond_books'
  /** The books have more breaks than are looked through. */
  | 'too_many_breaks'

export interface Finding {
  kind: FindingKind
  /** How many lines it is about; offsets where the lines are not known. */
  count: number
  text: string
  /** Whether the books do not balance because of it. */
  fails: boolean
  topicId: string
  partition?: number
  firstOffset?: number
  lastOffset?: number
  site?: string
  /** The lines themselves, as far as they can be told; at most `mostLines`. */
  lines?: NamedLine[]
}

/** A line of the topic by its place. */
export interface NamedLine {
  offset: number
  line: number
  /** Id of its event; null where it is none, or where Kafka no longer has the line. */
  eventId: string | null
}

/** Of each finding so many lines are named. */
export const mostLines = 20

/** So many findings that fail are kept, and as many that do not; further ones are only counted. */
const mostFindings = 500

export interface Findings {
  add: (finding: Finding) => void
  kept: () => readonly Finding[]
  /** How many there were of those that fail, kept or not. */
  failing: () => number
  /** How many of the others. */
  notes: () => number
}

export function createFindings(): Findings {
  const kept: Finding[] = []
  let [failing, notes] = [0, 0]
  return {
    add: (finding) => {
      const number = finding.fails ? (failing += 1) : (notes += 1)
      if (number <= mostFindings) kept.push(finding)
    },
    kept: () => kept,
    failing: () => failing,
    notes: () => notes,
  }
}

/** 12,345 rows; 1 row. */
export function amount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

/** Offsets from the first to the last, in words. */
export function offsets(first: number, last: number): string {
  return first === last ? `offset ${first}` : `offsets ${first} to ${last}`
}

/** A site as it is shown: its name, or what the empty one stands for. */
export function siteName(site: string): string {
  return site === '' ? 'records without a key' : `site ${printable(site)}`
}

/** Where lines are: partition, offsets, site. */
export function whereIs(partition: number, first: number, last: number, site?: string): string {
  const place = `partition ${partition}, ${offsets(first, last)}`
  return site === undefined ? place : `${place}, ${siteName(site)}`
}

/** Lines by their places, the first few of them. */
export function nameLines(lines: readonly NamedLine[]): string {
  return lines
    .map(({ offset, line, eventId }) => {
      const place = `offset ${offset} line ${line}`
      return eventId === null ? place : `${place} (event ${eventId})`
    })
    .join(', ')
}
