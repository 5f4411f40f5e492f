import { describe, expect, it } from 'vitest'
import { parseEvent } from './event.ts'

const parse = (properties: unknown) =>
  parseEvent({ site_id: 'demo', event_type: 'view', properties }, Date.UTC(2025, 0, 1), () => 'made')

function keptOf(properties: unknown) {
  const parsed = parse(properties)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.event.properties
}

function faultOf(properties: unknown) {
  const parsed = parse(properties)
  return parsed.ok ? null : parsed.faults.map(({ field, code }) => `${field} ${code}`).join(', ')
}

const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]))

describe('properties (contract section 3)', () => {
  it('are kept as they were sent', () => {
    const sent = {
      plan: 'pro',
      seats: 3,
      ratio: 0.1,
      beta: true,
      tags: ['a', 1],
      deep: { a: { b: 1 } },
    }
    expect(keptOf(sent)).toEqual(sent)
  })

  it('lose every null, at every level, since it counts as absent', () => {
    expect(keptOf({ a: [1, null, [null, 2]] })).toEqual({ a: [1, [2]] })
    expect(keptOf({ a: null, b: { c: null, d: 1 }, e: [{ f: null, g: 1 }] })).toEqual({
      b: { d: 1 },
      e: [{ g: 1 }],
    })
    expect(keptOf({ a: null })).toBeUndefined()
  })

  it('keep a key named __proto__ like the others', () => {
    const sent: unknown = JSON.parse('{"__proto__":{"x":1},"constructor":2}')
    expect(JSON.stringify(keptOf(sent))).toBe('{"__proto__":{"x":1},"constructor":2}')
  })

  it('have at most 64 keys in all levels', () => {
    expect(faultOf({ ...keys(62), a: { b: 1 } })).toBeNull()
    expect(faultOf({ ...keys(63), a: { b: 1 } })).toBe('properties too_many_keys')
  })

  it('are at most 4 levels deep, arrays counted', () => {
    expect(faultOf({ a: { b: { c: { d: 1 } } } })).toBeNull()
    expect(faultOf({ a: { b: { c: { d: {} } } } })).toBe('properties.a.b.c.d too_deep')
    expect(faultOf({ a: [[[1]]] })).toBeNull()
    expect(faultOf({ a: [[[[1]]]] })).toBe('properties.a[0][0][0] too_deep')
  })

  it('are refused however deep they go, without recursion to the end', () => {
    const deep: unknown = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    expect(faultOf(deep)).toBe('properties.a[0][0][0] too_deep')
  })

  it('have at most 16,384 bytes as compact UTF-8 JSON', () => {
    const overhead = '{"a":""}'.length
    expect(faultOf({ a: 'é'.repeat((16_384 - overhead) / 2) })).toBeNull()
    expect(faultOf({ a: 'é'.repeat((16_384 - overhead) / 2) + 'x' })).toBe('properties too_large')
  })

  it.each([5, 'text', true, []])('are an object, not %j', (properties) => {
    expect(faultOf(properties)).toBe('properties type')
  })

  it('hold well-formed Unicode without NUL, in keys and values', () => {
    expect(faultOf({ a: { b: '\udfff' } })).toBe('properties.a.b malformed_unicode')
    expect(faultOf({ '\ud800': 1 })).toBe('properties malformed_unicode')
    expect(faultOf({ a: ['x\0'] })).toBe('properties.a[0] nul')
  })

  it('refuse a number that would come back changed', () => {
    expect(faultOf({ a: 9_007_199_254_740_991 })).toBeNull()
    expect(faultOf(JSON.parse('{"a":9007199254740993}'))).toBe('properties.a number_range')
    expect(faultOf(JSON.parse('{"a":1e400}'))).toBe('properties.a number_range')
  })

  it('refuse a key that storage writes for another one', () => {
    expect(faultOf({ 'a.b': 1 })).toBeNull()
    expect(faultOf({ 'a%2Eb': 1 })).toBe('properties reserved_key')
  })

  it('tell of a long path its beginning only, well-formed, in few bytes', () => {
    const long = { ['é'.repeat(100_000)]: { '\ud800': 1, 'a%2Eb': '\0', n: Infinity, d: [[[[]]]] } }
    const parsed = parse(long)
    expect(parsed).toMatchObject({
      ok: false,
      faults: Array(5).fill({ field: expect.any(String) as string }),
    })
    expect(JSON.stringify(parsed).length).toBeLessThan(5000)
    for (let length = 196; length < 202; length += 1) {
      const cut = faultOf({ [`${'x'.repeat(length)}😀`]: '\0' })
      expect([cut?.startsWith('properties.xxx'), cut?.isWellFormed()]).toEqual([true, true])
    }
  })

  it('tell each kind of fault once, with its place', () => {
    expect(faultOf({ a: '\0', b: '\0', c: { d: { e: { f: { g: 1 } } } } })).toBe(
      'properties.a nul, properties.c.d.e.f too_deep',
    )
  })
})
