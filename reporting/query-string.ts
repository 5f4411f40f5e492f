// A query string to its parameters: each known, each once, each readable.
import type { Fault } from '../runtime/problem.ts'

export interface QueryString {
  values: Record<string, string>
  faults: Fault[]
}

/** Reads the part of `url` behind `?`. A repeated, unknown or unreadable parameter is a fault that names it. */
export function readQueryString(url: string, known: readonly string[]): QueryString {
  const start = url.indexOf('?')
  const pairs =
    start === -1
      ? []
      : url
          .slice(start + 1)
          .split('&')
          .filter((pair) => pair !== '')
  const result: QueryString = { values: {}, faults: [] }
  for (const pair of pairs) readPair(pair, known, result)
  return result
}

function readPair(pair: string, known: readonly string[], { values, faults }: QueryString): void {
  const equals = pair.indexOf('=')
  const name = decode(equals === -1 ? pair : pair.slice(0, equals))
  const value = decode(equals === -1 ? '' : pair.slice(equals + 1))
  if (name === null || value === null) {
    const field = (name ?? '').slice(0, 100)
    faults.push({
      field,
      code: 'encoding',
      message: `${field || 'a parameter'} is not percent-encoded UTF-8`,
    })
  } else if (!known.includes(name)) {
    const field = name.slice(0, 100)
    const message = `${field || 'an empty name'} is not a parameter here: use ${known.join(', ')}`
    faults.push({ field, code: 'unknown_parameter', message })
  } else if (Object.hasOwn(values, name)) {
    faults.push({ field: name, code: 'repeated', message: `${name} stands more than once` })
  } else {
    values[name] = value
  }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
