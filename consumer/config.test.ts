import { expect, it } from 'vitest'
import { consumerConfig } from './config.ts'

it('has a window of ids that is at least as wide as what may be held, or says how wide it must be', () => {
  expect(consumerConfig.parse({}).window.maxIds).toBe(5_000_000)
  const parse = (ids: string, bytes?: string) =>
    consumerConfig.safeParse({ DEDUP_WINDOW_IDS: ids, CONSUMER_MAX_HELD_BYTES: bytes })
  expect(parse('1100000').success).toBe(true)
  expect(parse('20000').error?.issues).toMatchObject([
    {
      path: ['DEDUP_WINDOW_IDS'],
      message: 'must be at least 1006633, so that it knows all that CONSUMER_MAX_HELD_BYTES may hold',
    },
  ])
  expect(parse('5000000', '400000000').success).toBe(false)
})
