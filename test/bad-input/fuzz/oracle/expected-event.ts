// What must be in the table of an event that was accepted: the contract read a second time, apart from the product.
import { createHash } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'
import { toEventUuid } from '../../../../event/event-id.ts'

export interface ExpectedEvent {
  site: string
  /** Null where the sender gave none. */
  id: { sent: string; stored: string } | null
  /** Epoch milliseconds; null where it is the time of receipt. */
  timestamp: number | null
  /** Of all other fields. */
  digest: string
}

export interface Fields {
  site_id: string
  event_type: string
  path: string
  user_id: string
  referrer: string
  properties: unknown
}

/** Reads an event that was accepted as it was sent. */
export function expectedOf(sent: Record<string, unknown>): ExpectedEvent {
  const text = (name: string) => (sent[name] ?? '') as string
  const site = text('site_id')
  const id = text('event_id')
  return {
    site,
    id: id === '' ? null : { sent: id, stored: toEventUuid(site, id) },
    timestamp: instantOf(sent['timestamp']),
    digest: digestOf({
      site_id: site,
      event_type: text('event_type'),
      path: text('path'),
      user_id: text('user_id'),
      referrer: text('referrer'),
      properties: sent['properties'],
    }),
  }
}

/** Equal for events whose fields are equal, whatever the order of their properties. */
export function digestOf({ site_id, event_type, path, user_id, referrer, properties }: Fields): string {
  const all = [site_id, event_type, path, user_id, referrer, plainOf(properties || {}) ?? {}]
  return createHash('sha1').update(JSON.stringify(all)).digest('base64')
}

function instantOf(timestamp: unknown): number | null {
  if (timestamp === undefined || timestamp === null || timestamp === '') return null
  if (typeof timestamp === 'number') return timestamp
  const text = (timestamp as string).toUpperCase().replace(/(\.\d{3})\d+/, '$1')
  // A leap second is the last millisecond of its minute.
  const written = text.replace(/:60(\.\d+)?(?=[Z+-])/, ':59.999')
  return Temporal.Instant.from(written).epochMilliseconds
}

/** Without nulls and without objects that hold nothing, keys in order. Undefined where nothing is left. */
function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map((item) => plainOf(item) ?? {})
  if (typeof value !== 'object' || value === null) return value ?? undefined
  const members = Object.entries(value)
    .map(([key, inner]) => [key, plainOf(inner)] as const)
    .filter(([, inner]) => inner !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return members.length > 0 ? Object.fromEntries(members) : undefined
}
