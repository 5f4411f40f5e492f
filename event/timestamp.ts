// When an event happened: RFC 3339 with seconds and zone, or epoch milliseconds.

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,30}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/** The first instant an event may carry, as epoch milliseconds. */
export const earliest = Date.UTC(2000, 0, 1)

/** How far ahead of its receipt an event may lie, in milliseconds: clocks of clients run wrong. */
export const greatestLead = 24 * 60 * 60 * 1000

/**
 * The instant as epoch milliseconds, or null where `value` is not one. Digits past milliseconds are cut;
 * a leap second is the last millisecond of its minute.
 */
export function parseTimestamp(value: string | number): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  return parseUsual(value) ?? parseAny(value)
}

/** The form that `toISOString` writes, with milliseconds or without, which takes a tenth of the time; null for all others. */
function parseUsual(text: string): number | null {
  const hasMilliseconds = text.length === 24
  if (!hasMilliseconds && text.length !== 20) return null
  const isMarked =
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    text.endsWith('Z')
  if (!isMarked || (hasMilliseconds && text[19] !== '.')) return null
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)]
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)]
  const milliseconds = hasMilliseconds ? digits(text, 20, 3) : 0
  const isDay = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28
  const isTime = hour <= 23 && minute <= 59 && second <= 59 && hour >= 0 && minute >= 0 && second >= 0
  if (!isDay || !isTime || milliseconds < 0) return null
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)
}

/** The number that `count` decimal digits from `at` on stand for; negative where they are none. */
function digits(text: string, at: number, count: number): number {
  let value = 0
  for (let n = at; n < at + count; n += 1) {
    const digit = text.charCodeAt(n) - 48
    if (digit < 0 || digit > 9) return -1
    value = 10 * value + digit
  }
  return value
}

function parseAny(text: string): number | null {
  const match = rfc3339.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] = match
  const midnight = dayStart(Number(year), Number(month), Number(day))
  if (midnight === null || !isClockTime(Number(hour), Number(minute), Number(second))) return null
  if (sign && !isClockTime(Number(zoneHour), Number(zoneMinute), 0)) return null
  const leap = second === '60'
  const milliseconds = leap ? 59_999 : Number(second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  const offset = sign ? (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute)) : 0
  return midnight + (Number(hour) * 60 + Number(minute) - offset) * 60_000 + milliseconds
}

function isClockTime(hour: number, minute: number, second: number): boolean {
  return hour <= 23 && minute <= 59 && second <= 60
}

function dayStart(year: number, month: number, day: number): number | null {
  const start = new Date(0).setUTCFullYear(year, month - 1, day)
  const date = new Date(start)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? start : null
}
