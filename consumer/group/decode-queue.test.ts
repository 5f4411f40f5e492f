// What is decoded while kafkajs fetches, and when it may fetch again.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createDecodeQueue } from './decode-queue.ts'

const MiB = 1_048_576
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await nextTurn()
}

it('does one after another, in order, and says when there is room for another fetch', async () => {
  const queue = createDecodeQueue((error) => expect.unreachable(String(error)))
  const done: number[] = []
  const finish: (() => void)[] = []
  for (const n of [0, 1, 2]) {
    queue.add(3 * MiB, async () => {
      await new Promise<void>((resolve) => (finish[n] = resolve))
      done.push(n)
    })
  }
  let hasRoom = false
  void queue.room().then(() => (hasRoom = true))
  await settle()
  expect([finish.length, hasRoom]).toEqual([1, false])
  finish[0]?.()
  await settle()
  expect([finish.length, done, hasRoom]).toEqual([2, [0], false])
  finish[1]?.()
  await settle()
  expect([finish.length, done, hasRoom]).toEqual([3, [0, 1], true])
  await queue.room()
})

it('tells of work that fails', async () => {
  const faults: unknown[] = []
  const queue = createDecodeQueue((error) => faults.push(error))
  queue.add(1, () => Promise.reject(new Error('broken')))
  await settle()
  expect(faults).toMatchObject([{ message: 'broken' }])
})
