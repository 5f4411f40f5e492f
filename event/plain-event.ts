// The short way for events as most senders write them: a few comparisons instead of the whole schema, which costs several
// times as much. It only ever says "surely good" or "ask the schema"; a property test holds that both agree.
import { isUuid } from './event-id.ts'
import type { Event } from './event.ts'
import { storedDot, type Properties } from './properties.ts'
import { controlCharacter, textFault } from './text.ts'
import { earliest, greatestLead, parseTimestamp } from './timestamp.ts'

const fields = new Set([
  'site_id',
  'event_type',
  'path',
  'user_id',
  'timestamp',
  'event_id',
  'referrer',
  'properties',
])

/** Far below the bounds of `properties`, so that a rough measure is enough. */
const mostKeys = 32
const mostUnits = 2000

/** The event and the id it was sent with, null for none. */
export interface PlainEvent {
  event: Event
  sentId: string | null
}

/**
 * The event, if its texts, numbers and properties are kept just as they are; null where the schema must decide.
 * @param newId the id of an event without one
 */
export function readPlainEvent(input: unknown, receivedAt: number, newId: () => string): PlainEvent | null {
  if (typeof input !== 'object' || input === null) return null
  for (const name in input) if (!fields.has(name)) return null
  const sent = input as Record<keyof Event, unknown>
  const {
    site_id,
    event_type,
    path = '',
    user_id = '',
    timestamp: time = receivedAt,
    event_id: sentId,
    referrer = '',
    properties,
  } = sent
  if (!isText(site_id, 255) || site_id === '' || controlCharacter.test(site_id)) return null
  if (!isText(event_type, 100) || event_type === '') return null
  if (!isText(path, 2048) || !isText(user_id, 255) || !isText(referrer, 2048)) return null
  if (sentId !== undefined && (typeof sentId !== 'string' || !isUuid(sentId))) return null
  if (properties !== undefined && !isPlain(properties)) return null
  if (typeof time !== 'number' && (typeof time !== 'string' || time === '')) return null
  const timestamp = parseTimestamp(time)
  if (timestamp === null) return null
  const isInRange = timestamp >= earliest && timestamp <= receivedAt + greatestLead
  // As in the schema, a time of receipt is not held to the range.
  if (!isInRange && sent.timestamp !== undefined) return null
  const event_id = sentId ?? newId()
  const event = { site_id, event_type, path, user_id, timestamp, event_id, referrer, properties }
  return { event, sentId: sentId ?? null }
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength && textFault(value) === null
}

/** A small object without anything inside its values. */
function isPlain(value: unknown): value is Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  let keys = 0
  let units = 0
  for (const [key, item] of Object.entries(value)) {
    keys += 1
    units += key.length + (typeof item === 'string' ? item.length : 0)
    if (keys > mostKeys || units > mostUnits || textFault(key) !== null || key.includes(storedDot))
      return false
    if (!isPlainValue(item)) return false
  }
  return keys > 0
}

function isPlainValue(item: unknown): boolean {
  if (typeof item === 'string') return textFault(item) === null
  if (typeof item === 'number')
    return Number.isFinite(item) && (!Number.isInteger(item) || Number.isSafeInteger(item))
  return typeof item === 'boolean'
}
