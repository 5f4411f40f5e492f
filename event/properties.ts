// The free part of an event: an object that comes back as it was sent, within bounds that keep it cheap.
import { z } from 'zod'
import type { FaultCode } from './fault-code.ts'
import { fault, textFault, textFaultReasons } from './text.ts'

export type Properties = Record<string, unknown>

const maxKeys = 64
const maxDepth = 4
const maxBytes = 16_384

/** More of a path is not told, in UTF-16 units: it comes back in the field and in the message of each fault. */
const mostPathShown = 200

/** How ClickHouse writes a dot inside a key: a key that holds this itself would come back as another one. */
export const storedDot = '%2E'

/**
 * The `properties` of an event, without nulls: a null counts as absent, as the value of a key and as an item of a
 * list, since ClickHouse has no null in a list of lists.
 */
export const propertiesSchema = z.unknown().transform((value, ctx): Properties | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  if (!isObject(value)) {
    ctx.issues.push(fault(value, 'type', 'must be an object'))
    return z.NEVER
  }
  const walk: Walk = { keys: 0, nulls: false, mostBytes: 2, faults: new Map() }
  inspect(value, '', 1, walk)
  for (const [code, { path, message }] of walk.faults) ctx.issues.push(fault(value, code, message, path))
  if (walk.faults.size > 0) return z.NEVER
  const kept = walk.nulls ? withoutNulls(value) : value
  if (walk.mostBytes > maxBytes && Buffer.byteLength(JSON.stringify(kept)) > maxBytes) {
    ctx.issues.push(fault(value, 'too_large', `is larger than ${maxBytes} bytes as compact UTF-8 JSON`))
    return z.NEVER
  }
  return Object.keys(kept).length > 0 ? kept : undefined
})

/** What one pass over the values found; of each code the first place. */
interface Walk {
  keys: number
  nulls: boolean
  /** No fewer bytes than the compact JSON has: an escaped UTF-16 unit takes 6, a number 25. */
  mostBytes: number
  faults: Map<FaultCode, { path: string[]; message: string }>
}

function inspect(value: unknown, path: string, depth: number, walk: Walk): void {
  walk.mostBytes += 25
  if (typeof value === 'string') return inspectText(value, path, walk)
  if (typeof value === 'number') return inspectNumber(value, path, walk)
  if (value === null) {
    walk.nulls = true
    return
  }
  if (typeof value !== 'object') return
  if (depth > maxDepth) return note(walk, 'too_deep', path, `is nested deeper than ${maxDepth} levels`)
  if (Array.isArray(value)) {
    value.forEach((item, index) => inspect(item, `${path}[${index}]`, depth + 1, walk))
    return
  }
  for (const [key, item] of Object.entries(value)) {
    walk.keys += 1
    if (walk.keys > maxKeys) return note(walk, 'too_many_keys', '', `has more than ${maxKeys} keys`)
    inspectText(key, path, walk)
    if (key.includes(storedDot))
      note(
        walk,
        'reserved_key',
        path,
        `has a key with ${storedDot}, which stands for a dot in storage: rename it`,
      )
    inspect(item, path ? `${path}.${key}` : key, depth + 1, walk)
  }
}

function inspectText(text: string, path: string, walk: Walk): void {
  walk.mostBytes += 6 * text.length + 4
  const reason = textFault(text)
  if (reason) note(walk, reason, path, textFaultReasons[reason])
}

function inspectNumber(value: number, path: string, walk: Walk): void {
  const rounded = Number.isInteger(value) && !Number.isSafeInteger(value)
  if (rounded || !Number.isFinite(value)) {
    note(
      walk,
      'number_range',
      path,
      'is a number beyond ±9007199254740991 and would be rounded: send it as a text',
    )
  }
}

function note(walk: Walk, code: FaultCode, path: string, message: string): void {
  if (walk.faults.has(code)) return
  walk.faults.set(code, { path: path ? [path.slice(0, mostPathShown).toWellFormed()] : [], message })
}

function withoutNulls(value: Properties): Properties {
  const entries = Object.entries(value).filter(([, item]) => item !== null)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNullsInside(item)]))
}

function withoutNullsInside(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNullsInside)
  return isObject(value) ? withoutNulls(value) : value
}

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
