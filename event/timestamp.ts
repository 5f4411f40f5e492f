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
  const match = rfc3339.exec(value)
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
