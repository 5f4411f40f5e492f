// The event that a line of an access log stands for.
import { hash } from 'node:crypto'
import type { LogLine } from './access-log-line.ts'

/**
 * The event of a well-formed line: a `page_view` where a GET succeeded, else a `request`. Bytes that are not
 * UTF-8 become replacement characters; ids are made from the bytes as they stand.
 */
export function eventOf(siteId: string, line: LogLine, eventId: string) {
  const [path, query] = split(line.target)
  return {
    site_id: siteId,
    event_type: line.method === 'GET' && line.status < 400 ? 'page_view' : 'request',
    path: toText(path) || undefined,
    user_id: sha256(`${line.address}\n${line.agent}`).toString('hex').slice(0, 16),
    timestamp: line.timestamp,
    event_id: eventId,
    referrer: line.referrer === '-' ? undefined : toText(line.referrer) || undefined,
    properties: {
      status: line.status,
      bytes: line.bytes,
      method: line.method,
      query: toText(query) || undefined,
    },
  }
}

/**
 * The id of the event of `line` (as it stands in the file) that has `above` lines like it above it: a UUID of
 * version 8, the same in every run.
 */
export function eventIdOf(siteId: string, line: string, above: number): string {
  const bytes = hash('sha256', `${siteId}\0${above}\0${line}`, 'buffer').subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}

function split(target: string): [path: string, query: string] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}

function sha256(latin1: string): Buffer {
  return hash('sha256', Buffer.from(latin1, 'latin1'), 'buffer')
}

function toText(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString('utf8') : latin1
}
