import { describe, expect, it } from 'vitest'
import { parseJson } from './json.ts'

const codeOf = (bytes: Buffer | string) => {
  const parsed = parseJson(Buffer.from(bytes))
  return parsed.ok ? parsed.value : parsed.code
}

describe('JSON from outside', () => {
  it('is parsed; of duplicate keys the last counts', () => expect(codeOf('{"a":1,"a":2}')).toEqual({ a: 2 }))
  it('is refused with a byte order mark', () => expect(codeOf('\ufeff{}')).toBe('bom'))
  it('is refused when it is not UTF-8', () => expect(codeOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('utf8'))
  it('is refused when it is empty', () => expect([codeOf(''), codeOf(' \n')]).toEqual(['empty', 'empty']))
  it('is refused when it is broken', () => expect(codeOf('{"a":')).toBe('json'))

  it('says where it breaks without a word of what it says', () => {
    const parsed = parseJson(Buffer.from('{"secret":"hunter2"'))
    expect(parsed).toMatchObject({ ok: false })
    expect(JSON.stringify(parsed)).not.toContain('hunter2')
    expect(parseJson(Buffer.from('{"secret":hunter2}'))).not.toMatchObject({
      message: expect.stringContaining('hunter2') as string,
    })
  })
})
