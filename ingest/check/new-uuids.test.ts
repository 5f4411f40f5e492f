import { validate, version } from 'uuid'
import { expect, it } from 'vitest'
import { isUuid } from '../../event/event-id.ts'
import { NewUuids } from './new-uuids.ts'

it('gives random UUIDs of version 4, each another, and leaves those it gave before as they are', () => {
  const uuids = new NewUuids()
  const places = Array.from({ length: 2000 }, () => {
    const at = uuids.next()
    return { texts: uuids.texts, at }
  })
  const ids = places.map(({ texts, at }) => texts.toString('latin1', at, at + 36))
  expect(ids.filter((id) => !isUuid(id) || !validate(id) || version(id) !== 4)).toEqual([])
  expect(new Set(ids).size).toBe(2000)
  const digits = new Set(ids.flatMap((id) => Array.from(id, (digit, place) => `${place}${digit}`)))
  // 30 places of 16 digits, one of four, one that is always 4, four dashes.
  expect(digits.size).toBe(30 * 16 + 4 + 1 + 4)
})
