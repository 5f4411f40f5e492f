// Dead letters on a terminal: counted by kind, one a line, or one in full.
import type { DeadLetter, LetterGroup, LetterPlace } from '../../clickhouse/dead-letters.ts'
import { isUtf8 } from 'node:buffer'
import { printable } from '../printable.ts'
import { textTable, type Column } from '../text-table.ts'
import { outcomeOf } from './outcome.ts'

/** How a letter is named on the command line. */
export function placeName({ partition, offset, line }: LetterPlace): string {
  return `${partition}:${offset}:${line}`
}

const groupColumns: Column<LetterGroup>[] = [
  { title: 'reason', of: ({ reason }) => reason },
  { title: 'field', of: ({ field }) => printable(field) },
  { title: 'site', of: ({ site }) => printable(site) },
  { title: 'open', of: ({ open }) => open },
  { title: 'unfinished', of: ({ unfinished }) => unfinished },
  { title: 'replayed', of: ({ replayed }) => replayed },
  { title: 'newest', of: ({ newest }) => instant(newest) },
  { title: 'such as', of: placeName },
]

/**
 * A table of kinds, and a line that adds up what is open.
 * @param most as many kinds were asked for: where so many came there may be more
 */
export function groupsText(groups: readonly LetterGroup[], most: number): string {
  if (groups.length === 0) return 'No dead letters.'
  const open = groups.reduce((sum, group) => sum + group.open + group.unfinished, 0)
  const sum = `${open.toLocaleString('en-US')} open`
  const told = groups.length < most ? sum : `At least ${sum}: these are the first ${most} kinds`
  return `${textTable(groupColumns, groups)}\n\n${told}`
}

/** One line: place, time, state, reason, field, site. */
export function letterLine(letter: DeadLetter): string {
  const { storedAt, state, reason, field } = letter
  const words = [placeName(letter), instant(storedAt), state, reason, printable(field), siteOf(letter)]
  return words.join('\t')
}

/** Everything there is to say of one letter. */
export function letterText(letter: DeadLetter): string {
  const { topicId, reason, field, message, receivedAt, storedAt, state, sentTo, raw } = letter
  const outcome = outcomeOf(letter)
  const facts: [string, string][] = [
    ['place', `${placeName(letter)} (topic ${topicId})`],
    ['received', instant(receivedAt)],
    ['set aside', instant(storedAt)],
    ['key', siteOf(letter)],
    ['reason', reason],
    ['field', printable(field)],
    ['message', printable(message)],
    ['state', sentTo ? `${state}, to ${sentTo.partition}:${sentTo.offset}` : state],
    [
      'if sent',
      outcome.kind === 'event'
        ? `an event of site ${printable(outcome.site)}, id ${outcome.eventId}`
        : `set aside again: ${printable(outcome.message)}`,
    ],
    [
      `raw, ${raw.length} bytes`,
      isUtf8(raw) ? printable(raw.toString('utf8')) : `hex ${raw.toString('hex')}`,
    ],
  ]
  return facts.map(([name, value]) => `${name.padEnd(16)}${value}`.trimEnd()).join('\n')
}

function siteOf({ key }: DeadLetter): string {
  if (key.length === 0) return '(none)'
  return isUtf8(key) ? printable(key.toString('utf8')) : `hex ${key.toString('hex')}`
}

function instant(time: number): string {
  return new Date(time).toISOString()
}
