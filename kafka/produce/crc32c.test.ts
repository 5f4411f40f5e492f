import { expect, it } from 'vitest'
import { crc32c } from './crc32c.ts'

// Source of the values: RFC 3720, appendix B.4, and the check value of CRC-32C.
it.each([
  [Buffer.from('123456789'), 0xe3069283],
  [Buffer.alloc(32), 0x8a9136aa],
  [Buffer.alloc(32, 0xff), 0x62a8ab43],
  [Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
  [Buffer.alloc(0), 0],
])('is what the standard says', (bytes, expected) => {
  const around = Buffer.concat([Buffer.from('xyz'), bytes, Buffer.from('z')])
  expect(crc32c(around, 3, 3 + bytes.length)).toBe(expected)
})
