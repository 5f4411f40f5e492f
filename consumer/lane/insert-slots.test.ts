import { expect, it } from 'vitest'
import { createInsertSlots } from './insert-slots.ts'

it('lets so many lanes insert at a time, and the others in the order they asked', () => {
  const slots = createInsertSlots(2)
  const inserting: number[] = []
  const lanes = Array.from({ length: 4 }, (_, number) => {
    const ask = () => {
      if (slot.take() && !inserting.includes(number)) inserting.push(number)
    }
    const slot = slots.open(ask)
    return { ask, release: slot.release }
  })
  for (const { ask } of lanes) ask()
  for (const { ask } of lanes) ask()
  expect(inserting).toEqual([0, 1])
  lanes[1]?.release()
  expect(inserting).toEqual([0, 1, 2])
  lanes[1]?.release()
  expect(inserting).toEqual([0, 1, 2])
  lanes[0]?.release()
  expect(inserting).toEqual([0, 1, 2, 3])
})

it('passes over a lane that ended while it waited', () => {
  const slots = createInsertSlots(1)
  const told: string[] = []
  const [first, second, third] = ['first', 'second', 'third'].map((name) => slots.open(() => told.push(name)))
  expect([first?.take(), second?.take(), third?.take()]).toEqual([true, false, false])
  second?.release()
  first?.release()
  expect(told).toEqual(['third'])
})
