// Figures as text: tables in Markdown, numbers as a person reads them.
import type { Spread } from '../statistics.ts'

export const notKnown = 'not known'

/** A table; every column but the first is aligned to the right. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const rule = line(head.map((_, column) => (column === 0 ? '---' : '--:')))
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/** A number with as many digits as mean something. */
export function digits(value: number): string {
  const magnitude = Math.abs(value)
  const fraction = magnitude >= 100 || magnitude === 0 ? 0 : magnitude >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: fraction, maximumFractionDigits: fraction })
}

/** The median, and the ends in brackets where there are any. */
export function spread(values: Spread | null, unit = ''): string {
  if (!values) return notKnown
  const { median, min, max } = values
  return min === max ? `${digits(median)}${unit}` : `${digits(median)}${unit} (${digits(min)}-${digits(max)})`
}

/** A ratio, `3.1x`. */
export function times(values: Spread | null): string {
  return spread(values, 'x')
}

export function bold(text: string): string {
  return text === '' ? '' : `**${text}**`
}

/** A sentence below a table; empty where nothing was spooled. */
export function spooledNote(rounds: readonly { spooled: number }[]): string {
  const events = Math.max(...rounds.map(({ spooled }) => spooled))
  if (events === 0) return ''
  return `\n\n${events.toLocaleString('en')} of Tallyline's events went by way of its spool: Kafka did not take them in time.`
}
