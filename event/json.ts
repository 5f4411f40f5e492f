// JSON as it comes in from outside: bytes that must be UTF-8 without a byte order mark.
import { isUtf8 } from 'node:buffer'

export type JsonFaultCode = 'empty' | 'utf8' | 'bom' | 'json'

export type ParsedJson = { ok: true; value: unknown } | { ok: false; code: JsonFaultCode; message: string }

/** Parses bytes as one JSON value, or says why they are none. Of duplicate keys the last counts. */
export function parseJson(bytes: Buffer): ParsedJson {
  return isUtf8(bytes) ? parseJsonText(bytes.toString('utf8')) : refuse('utf8', 'is not UTF-8')
}

/** The same for text that is known to have been UTF-8. */
export function parseJsonText(text: string): ParsedJson {
  if (text.startsWith('\ufeff')) return refuse('bom', 'begins with a byte order mark: send UTF-8 without one')
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch (error) {
    if (text.trim() === '') return refuse('empty', 'is empty: send an event as JSON')
    return refuse('json', `is not JSON: ${place(error, text)}`)
  }
}

function refuse(code: JsonFaultCode, message: string): ParsedJson {
  return { ok: false, code, message }
}

/** Where it stopped being JSON, without a word of the text itself: logs and answers never hold event bodies. */
function place(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(String(error))?.[1]
  if (position === undefined) return `it ends too early or holds something else, in ${text.length} characters`
  return `it goes wrong at character ${Number(position) + 1}`
}
