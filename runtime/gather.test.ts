import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { gather } from './gather.ts'

it('does together what is asked for in one turn, and tells each how it went', async () => {
  const done: string[][] = []
  const work = gather((items: string[]) => {
    done.push(items)
    return items.includes('bad') ? Promise.reject(new Error('bad')) : Promise.resolve(items.length)
  })
  expect(await Promise.all([work('a'), Promise.resolve().then(() => work('b'))])).toEqual([2, 2])
  const failed = await Promise.allSettled([work('c'), work('bad')])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const first = work('d')
  await nextTurn()
  expect(await Promise.all([first, work('e')])).toEqual([1, 1])
  expect(done).toEqual([['a', 'b'], ['c', 'bad'], ['d'], ['e']])
})
