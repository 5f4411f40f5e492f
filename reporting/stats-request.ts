// What GET /stats takes: parameters, defaults and bounds, every fault told at once.
import { z } from 'zod'
import { badInput, type Fault } from '../runtime/problem.ts'
import { readPosition, type Position } from './freshness/read-position.ts'
import { readQueryString } from './query-string.ts'
import { readTimeRange, type TimeRange } from './time-range.ts'

export interface StatsRequest {
  siteId: string
  /** As sent; null for all time or a range. */
  date: string | null
  range: TimeRange
  timezone: string
  /** The one type that counts as a view; null for the configured ones. */
  eventType: string | null
  limit: number
  /** What must be counted before the answer; null where nothing is waited for. */
  after: Position | null
}

const text = (field: string, maxLength: number, missing = `${field} is required`) =>
  z
    .string(missing)
    .min(1, missing)
    .max(maxLength, `${field} is longer than ${maxLength} UTF-16 units`)
    .regex(/^\P{Cc}*$/u, `${field} holds a control character`)

const limitText = 'limit must be a whole number from 1 to 1000'

const afterText =
  'after must be the position that ingest answered, such as 3:1042 or 0:7,3:1042; while it is null the event is on its way to Kafka and cannot be waited for'

const parameters = z.object({
  site_id: text('site_id', 255),
  date: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  timezone: z.string().default('UTC'),
  event_type: text('event_type', 100, 'event_type is empty: name a type, or leave it out').optional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, limitText)
    .transform(Number)
    .pipe(z.number().min(1, limitText).max(1000, limitText))
    .default(10),
  after: z
    .string()
    .transform(readPosition)
    .pipe(z.custom<Position>((position) => position !== null, afterText))
    .optional(),
})

const known = Object.keys(parameters.shape)

/**
 * Reads the request's address.
 * @throws Problem 400 with every fault
 */
export function readStatsRequest(url: string): StatsRequest {
  const { values, faults } = readQueryString(url, known)
  // A plus that was not escaped reads as a blank, which no time zone has: Etc/GMT+5.
  if (values['timezone']) values['timezone'] = values['timezone'].replaceAll(' ', '+')
  const result = parameters.safeParse(values, { reportInput: true })
  const { range, faults: rangeFaults } = readTimeRange({ ...values, timezone: values['timezone'] ?? 'UTC' })
  const unread = new Set(faults.map(({ field }) => field))
  const wrong = result.success
    ? []
    : result.error.issues.map(toFault).filter(({ field }) => !unread.has(field))
  const all = [...faults, ...wrong, ...rangeFaults]
  if (all.length > 0 || !result.success) throw badInput(all)
  const { site_id, date, timezone, event_type, limit, after } = result.data
  return {
    siteId: site_id,
    date: date ?? null,
    range,
    timezone,
    eventType: event_type ?? null,
    limit,
    after: after ?? null,
  }
}

function toFault(issue: z.core.$ZodIssue): Fault {
  const field = issue.path.join('.')
  const isMissing = issue.code !== 'custom' && (issue.input === undefined || issue.input === '')
  const isTooLong = issue.code === 'too_big' && issue.origin === 'string'
  const code = isMissing ? 'required' : isTooLong ? 'too_long' : (codes[issue.code] ?? 'range')
  return { field, code, message: issue.message }
}

const codes: Record<string, string> = {
  invalid_format: 'format',
  custom: 'position',
  too_big: 'range',
  too_small: 'range',
}
