import { describe, expect, it } from 'vitest'
import { murmur2, partitionOf } from './partition-of.ts'

// The values that Kafka's own UtilsTest.testMurmur2 holds the Java client to.
const known: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
]

describe('the partition of a site (contract section 7)', () => {
  it.each(known)('hashes %s as the Java client does', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash)
  })

  it('hashes bytes, not characters', () => {
    expect(murmur2(Buffer.from('é'))).not.toBe(murmur2(Buffer.from('é', 'latin1')))
  })

  it.each(known)('puts %s where the Java client puts it', (key, hash) => {
    expect(partitionOf(key, 6)).toBe((hash & 0x7fffffff) % 6)
  })
})
