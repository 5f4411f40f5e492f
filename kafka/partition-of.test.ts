import { describe, expect, it } from 'vitest'
import { partitionOf } from './partition-of.ts'

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
    expect(partitionOf(Buffer.from(key), 2 ** 31)).toBe(hash & 0x7fffffff)
  })

  it('hashes bytes, not characters', () => {
    const all = 2 ** 31
    expect(partitionOf('é', all)).toBe(partitionOf(Buffer.from('é', 'utf8'), all))
    expect(partitionOf('é', all)).not.toBe(partitionOf(Buffer.from('é', 'latin1'), all))
  })

  it.each(known)('puts %s where the Java client puts it', (key, hash) => {
    expect(partitionOf(key, 6)).toBe((hash & 0x7fffffff) % 6)
  })
})
