// Which lines are well-formed, and what stands in them.
import { describe, expect, it } from 'vitest'
import { longestLine, parseLine } from './access-log-line.ts'

const common = '203.0.113.7 - - [14/Nov/2025:09:30:00 +0100] "GET /home?a=1 HTTP/1.1" 200 2326'
const combined = `${common} "https://example.com/" "Mozilla/5.0 (X11)"`

describe('a line of an access log', () => {
  it('is read in the combined format', () => {
    expect(parseLine(combined)).toEqual({
      address: '203.0.113.7',
      timestamp: '2025-11-14T09:30:00+01:00',
      time: Date.UTC(2025, 10, 14, 8, 30),
      method: 'GET',
      target: '/home?a=1',
      status: 200,
      bytes: 2326,
      referrer: 'https://example.com/',
      agent: 'Mozilla/5.0 (X11)',
    })
  })

  it('is read in the common format, without referrer and agent', () => {
    expect(parseLine(common)).toMatchObject({ target: '/home?a=1', referrer: '', agent: '' })
  })

  it.each([
    ['an IPv6 address', combined.replace('203.0.113.7', '2001:db8::1'), { address: '2001:db8::1' }],
    ['a host name', combined.replace('203.0.113.7', 'pc-7.example.org'), { address: 'pc-7.example.org' }],
    ['a user', combined.replace('- - [', '- frank ['), { address: '203.0.113.7' }],
    ['a user name with spaces', combined.replace('- - [', 'id John Q [Public] ['), { target: '/home?a=1' }],
    ['an empty user name', combined.replace('- - [', '- "" ['), { target: '/home?a=1' }],
    ['no size', combined.replace('2326', '-'), { bytes: undefined }],
    ['no referrer', combined.replace('https://example.com/', '-'), { referrer: '-' }],
    ['an empty agent', combined.replace('Mozilla/5.0 (X11)', ''), { agent: '' }],
    [
      'quotes in a field',
      combined.replace('Mozilla', String.raw`A \"b\" \\`),
      { agent: String.raw`A "b" \/5.0 (X11)` },
    ],
    [
      'other escapes, as written',
      combined.replace('/home', String.raw`/\x16\t`),
      { target: String.raw`/\x16\t?a=1` },
    ],
    ['HTTP/2', combined.replace('HTTP/1.1', 'HTTP/2'), { method: 'GET' }],
    ['an absolute target', combined.replace('/home', 'http://x.test/'), { target: 'http://x.test/?a=1' }],
    ['any method', combined.replace('GET', 'M-SEARCH'), { method: 'M-SEARCH' }],
    ['an offset west of Greenwich', combined.replace('+0100', '-0330'), { time: Date.UTC(2025, 10, 14, 13) }],
    [
      'a leap day',
      combined.replace('14/Nov/2025', '29/Feb/2024'),
      { timestamp: '2024-02-29T09:30:00+01:00' },
    ],
    [
      'a date that no event may have',
      combined.replace('2025', '1999'),
      { timestamp: '1999-11-14T09:30:00+01:00' },
    ],
  ])('is well-formed with %s', (_, line, expected) => {
    expect(parseLine(line)).toMatchObject(expected)
  })

  it.each([
    ['nothing in it', ''],
    ['only text', 'hello'],
    ['no address', combined.slice('203.0.113.7'.length)],
    ['no request', combined.replace('GET /home?a=1 HTTP/1.1', '-')],
    ['an empty request', combined.replace('GET /home?a=1 HTTP/1.1', '')],
    ['a request without a version', combined.replace(' HTTP/1.1', '')],
    ['a request without a target', combined.replace(' /home?a=1', '')],
    ['a blank in the target', combined.replace('/home', '/ho me')],
    ['a TLS hello for a request', combined.replace('GET /home?a=1 HTTP/1.1', String.raw`\x16\x03\x01`)],
    ['a quote that nothing escapes', combined.replace('/home', '/ho"me')],
    ['a quote that never ends', combined.slice(0, -1)],
    ['a referrer and no agent', combined.replace(' "Mozilla/5.0 (X11)"', '')],
    ['something after the agent', `${combined} 0.003`],
    ['a status of two digits', combined.replace(' 200 ', ' 20 ')],
    ['a size in words', combined.replace('2326', '2k')],
    ['a negative size', combined.replace('2326', '-1')],
    ['a day that is none', combined.replace('14/Nov', '31/Nov')],
    ['a month that is none', combined.replace('Nov', 'Nop')],
    ['a month named like a part of every object', combined.replace('Nov', 'toS')],
    ['an hour that is none', combined.replace('09:30:00', '24:30:00')],
    ['no offset', combined.replace(' +0100', '')],
    ['an offset that is none', combined.replace('+0100', '+2500')],
    ['more than the longest line', combined.replace('Mozilla', 'M'.repeat(longestLine))],
  ])('is malformed with %s', (_, line) => {
    expect(parseLine(line)).toBeNull()
  })
})
