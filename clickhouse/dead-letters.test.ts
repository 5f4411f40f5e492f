// Which letters a place names.
import { expect, it } from 'vitest'
import { isAt } from './dead-letters.ts'

it('takes a letter for the one at a place by all that the place says', () => {
  const letter = { topicId: 'a', partition: 1, offset: 2, line: 3 }
  expect(isAt(letter, letter)).toBe(true)
  expect(isAt(letter, { ...letter, topicId: null })).toBe(true)
  const others = [{ topicId: 'b' }, { partition: 0 }, { offset: 0 }, { line: 0 }]
  for (const other of others) expect(isAt(letter, { ...letter, ...other })).toBe(false)
})
