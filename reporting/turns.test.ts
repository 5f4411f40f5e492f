import { describe, expect, it } from 'vitest'
import { createTurns, LineTooLong } from './turns.ts'

const never = new AbortController().signal

/** Work that ends when it is told to. */
function createWork() {
  const begun: number[] = []
  const ends: (() => void)[] = []
  const work = (number: number) => () => {
    begun.push(number)
    return new Promise<number>((resolve) => ends.push(() => resolve(number)))
  }
  return { begun, ends, work }
}

/** Lets everything that can go on go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('are taken in order, a few at a time, also after one that failed', async () => {
    const turns = createTurns(2, 10)
    const { begun, ends, work } = createWork()
    const failing = turns.run(() => Promise.reject(new Error('refused')), never)
    const all = [1, 2, 3, 4].map((number) => turns.run(work(number), never))
    await expect(failing).rejects.toThrow('refused')
    await settled()
    expect([begun, turns.waiting()]).toEqual([[1, 2], 2])
    ends[1]?.()
    await settled()
    expect([begun, turns.waiting()]).toEqual([[1, 2, 3], 1])
    ends[0]?.()
    await settled()
    ends.forEach((end) => end())
    await settled()
    ends.forEach((end) => end())
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4])
    expect(turns.waiting()).toBe(0)
  })

  it('are not waited for by those who go, nor by more than may', async () => {
    const turns = createTurns(1, 2)
    const { begun, ends, work } = createWork()
    const gone = new AbortController()
    const first = turns.run(work(1), never)
    const leaving = turns.run(work(2), gone.signal)
    const staying = turns.run(work(3), never)
    await expect(turns.run(work(4), never)).rejects.toThrow(LineTooLong)
    gone.abort(new Error('gone'))
    await expect(leaving).rejects.toThrow('gone')
    await expect(turns.run(work(5), gone.signal)).rejects.toThrow('gone')
    ends[0]?.()
    await settled()
    ends[1]?.()
    expect(await Promise.all([first, staying])).toEqual([1, 3])
    expect(begun).toEqual([1, 3])
  })
})
