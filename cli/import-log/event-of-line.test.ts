// The event of a line.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseEvent } from '../../event/event.ts'
import { parseLine } from './access-log-line.ts'
import { eventIdOf, eventOf } from './event-of-line.ts'

function eventOfLine(line: string) {
  const parsed = parseLine(Buffer.from(line).toString('latin1'))
  if (!parsed) throw new Error(`malformed: ${line}`)
  return JSON.parse(JSON.stringify(eventOf('demo', parsed, 'id'))) as Record<string, unknown>
}

function lineWith({
  request = 'GET / HTTP/1.1',
  status = '200',
  bytes = '10',
  referrer = '-',
  agent = 'A',
}): string {
  return `10.0.0.1 - - [14/Nov/2025:09:30:00 -0500] "${request}" ${status} ${bytes} "${referrer}" "${agent}"`
}

describe('the event of a line', () => {
  it('carries what the line says', () => {
    const request = 'GET /shop?item=7&x=? HTTP/1.1'
    expect(eventOfLine(lineWith({ request, referrer: 'https://example.com/?q=1' }))).toEqual({
      site_id: 'demo',
      event_type: 'page_view',
      path: '/shop',
      user_id: createHash('sha256').update('10.0.0.1\nA').digest('hex').slice(0, 16),
      timestamp: '2025-11-14T09:30:00-05:00',
      event_id: 'id',
      referrer: 'https://example.com/?q=1',
      properties: { status: 200, bytes: 10, method: 'GET', query: 'item=7&x=?' },
    })
  })

  it.each([
    ['GET / HTTP/1.1', '200', 'page_view'],
    ['GET / HTTP/1.1', '399', 'page_view'],
    ['GET / HTTP/1.1', '400', 'request'],
    ['GET / HTTP/1.1', '500', 'request'],
    ['HEAD / HTTP/1.1', '200', 'request'],
    ['POST / HTTP/1.1', '200', 'request'],
    ['get / HTTP/1.1', '200', 'request'],
  ])('of %s with %s is a %s', (request, status, type) => {
    expect(eventOfLine(lineWith({ request, status }))['event_type']).toBe(type)
  })

  it('leaves out what the line does not say', () => {
    const event = eventOfLine(lineWith({ request: 'GET ? HTTP/1.1', bytes: '-' }))
    expect(event).not.toHaveProperty('path')
    expect(event).not.toHaveProperty('referrer')
    expect(event['properties']).toEqual({ status: 200, method: 'GET' })
  })

  it('reads UTF-8 as text', () => {
    const event = eventOfLine(
      lineWith({ request: 'GET /küche?ä HTTP/1.1', referrer: 'https://日本.example/' }),
    )
    expect(event).toMatchObject({
      path: '/küche',
      referrer: 'https://日本.example/',
      properties: { query: 'ä' },
    })
  })

  it('replaces bytes that are not UTF-8, and tells users apart by the bytes themselves', () => {
    const users = ['\xe4', '\xf6'].map((agent) => {
      const line = parseLine(lineWith({ request: 'GET /\xe4 HTTP/1.1', agent }))
      return line && eventOf('demo', line, 'id')
    })
    expect(users[0]?.path).toBe('/\ufffd')
    expect(users[0]?.user_id).toBe(
      createHash('sha256').update('10.0.0.1\n\xe4', 'latin1').digest('hex').slice(0, 16),
    )
    expect(users[0]?.user_id).not.toBe(users[1]?.user_id)
  })

  it('is one that ingest takes', () => {
    const event = eventOfLine(lineWith({ request: 'GET /a?b=c HTTP/1.1', bytes: '-' }))
    expect(parseEvent(event, Date.UTC(2025, 10, 15), () => 'none')).toMatchObject({ ok: true })
  })
})

describe('the id of a line', () => {
  const ids = [
    eventIdOf('demo', 'a line', 0),
    eventIdOf('demo', 'a line', 1),
    eventIdOf('demo', 'another line', 0),
    eventIdOf('other', 'a line', 0),
  ]

  it('differs by site, by line and by the number of such lines above it', () => {
    expect(new Set(ids).size).toBe(4)
  })

  it('is a UUID, the same for ever: a changed one would count imported logs twice', () => {
    expect(ids[0]).toBe('19c11f7c-04da-8f35-b27e-214bb50e2c88')
    expect(
      ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true)
  })
})
