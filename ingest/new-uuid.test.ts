import { validate, version } from 'uuid'
import { expect, it } from 'vitest'
import { isUuid } from '../event/event-id.ts'
import { newUuid } from './new-uuid.ts'

it('gives random UUIDs of version 4, each another', () => {
  const ids = Array.from({ length: 2000 }, newUuid)
  expect(ids.filter((id) => !isUuid(id) || !validate(id) || version(id) !== 4)).toEqual([])
  expect(new Set(ids).size).toBe(2000)
  const digits = new Set(ids.flatMap((id) => Array.from(id, (digit, place) => `${place}${digit}`)))
  // 30 places of 16 digits, one of four, one that is always 4, four dashes.
  expect(digits.size).toBe(30 * 16 + 4 + 1 + 4)
})
