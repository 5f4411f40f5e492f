// The range of time a request asks about. A date begins at the first instant of that day in the time zone,
// whatever its offset, also where a change of clocks leaves the day without a midnight.
import { Temporal } from 'temporal-polyfill'
import type { Fault } from '../runtime/problem.ts'

/** Instants as epoch milliseconds, `to` exclusive; null is no bound. */
export interface TimeRange {
  from: number | null
  to: number | null
}

export interface AskedRange {
  date?: string | undefined
  from?: string | undefined
  to?: string | undefined
  timezone: string
}

const allTime: TimeRange = { from: null, to: null }

const firstToldMs = Date.parse('0000-01-01T00:00:00.000Z')
const lastToldMs = Date.parse('9999-12-31T23:59:59.999Z')

const toldYears = 'all of it in the years 0000 to 9999 of UTC'

const dateText = /^\d{4}-\d{2}-\d{2}$/

/** The range, with every fault of the parameters that name it. */
export function readTimeRange(asked: AskedRange): { range: TimeRange; faults: Fault[] } {
  if (!isTimeZone(asked.timezone)) {
    const { faults } = readTimeRange({ ...asked, timezone: 'UTC' })
    const message = 'timezone must be an IANA name, such as Asia/Kathmandu'
    return { range: allTime, faults: [{ field: 'timezone', code: 'timezone', message }, ...faults] }
  }
  const bounds = readBounds(asked)
  if (asked.date === undefined) return bounds
  const faults = [...bounds.faults]
  if (asked.from !== undefined || asked.to !== undefined) {
    faults.unshift({ field: 'date', code: 'conflict', message: 'send date, or from and to, not both' })
  }
  const date = parseDate(asked.date)
  const from = date && startOf(date, asked.timezone)
  const to = date && startOf(date.add({ days: 1 }), asked.timezone)
  const isDay = from !== null && to !== null
  if (!isDay) faults.unshift(dateFault('date', `a calendar date as YYYY-MM-DD, ${toldYears}`))
  return { range: isDay && faults.length === 0 ? { from, to } : allTime, faults }
}

function readBounds({ from, to, timezone }: AskedRange): { range: TimeRange; faults: Fault[] } {
  const faults: Fault[] = []
  const read = (field: string, text: string | undefined) => {
    if (text === undefined) return null
    const instant = parseBound(text, timezone)
    if (instant === null) {
      faults.push(
        dateFault(field, `a date as YYYY-MM-DD or an instant such as 2025-11-14T09:30:00Z, ${toldYears}`),
      )
    }
    return instant
  }
  const range = { from: read('from', from), to: read('to', to) }
  if (range.from !== null && range.to !== null && range.from >= range.to) {
    faults.push({ field: 'from', code: 'range', message: 'from must be before to, which is exclusive' })
  }
  return { range, faults }
}

function parseBound(text: string, timezone: string): number | null {
  if (dateText.test(text)) {
    const date = parseDate(text)
    return date && startOf(date, timezone)
  }
  try {
    // Events have milliseconds: the first one at or after the instant is the bound.
    const instant = Temporal.Instant.from(text.replace(' ', '+'))
    const { epochMilliseconds } = instant
    const isBetween = instant.epochNanoseconds > BigInt(epochMilliseconds) * 1_000_000n
    return told(epochMilliseconds + (isBetween ? 1 : 0))
  } catch {
    return null
  }
}

function parseDate(text: string): Temporal.PlainDate | null {
  try {
    return dateText.test(text) ? Temporal.PlainDate.from(text) : null
  } catch {
    return null
  }
}

function startOf(date: Temporal.PlainDate, timezone: string): number | null {
  return told(date.toZonedDateTime(timezone).epochMilliseconds)
}

/** The instant, where an answer can tell it: RFC 3339 has the years 0000 to 9999 only. */
function told(epochMs: number): number | null {
  return epochMs >= firstToldMs && epochMs <= lastToldMs ? epochMs : null
}

function isTimeZone(name: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(name) && Boolean(Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name))
    )
  } catch {
    return false
  }
}

function dateFault(field: string, wanted: string): Fault {
  return { field, code: 'date', message: `${field} must be ${wanted}` }
}
