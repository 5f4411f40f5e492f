// What is wrong with the settings is told by the variable's name.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { list, readEnv } from './env.ts'

describe('a list', () => {
  const schema = z.object({ TYPES: list('view,page_view') })

  it('is split at its commas', () => {
    expect(readEnv(schema, {})).toEqual({ TYPES: ['view', 'page_view'] })
    expect(readEnv(schema, { TYPES: ' a , b' })).toEqual({ TYPES: ['a', 'b'] })
  })

  it('is named alone where one of its entries is at fault', () => {
    expect(() => readEnv(schema, { TYPES: 'a,,b' })).toThrow(
      /\n {2}TYPES: must be names separated by commas, one entry is empty$/,
    )
  })
})
