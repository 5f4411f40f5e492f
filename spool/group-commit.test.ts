// Many small writes as few large ones.
import { describe, expect, it } from 'vitest'
import { createGroupCommit } from './group-commit.ts'

describe('a group commit', () => {
  it('writes what is asked for in one turn at once, and what comes meanwhile after it', async () => {
    const groups: number[][] = []
    let finish = () => {}
    const { add, idle } = createGroupCommit<number>((group) => {
      groups.push(group)
      return new Promise((resolve) => (finish = resolve))
    })
    const first = Promise.all([add(1), add(2)])
    await new Promise((resolve) => setTimeout(resolve, 10))
    const second = Promise.all([add(3), add(4)])
    expect(groups).toEqual([[1, 2]])
    finish()
    await first
    await new Promise(setImmediate)
    expect(groups).toEqual([
      [1, 2],
      [3, 4],
    ])
    finish()
    await second
    await idle()
  })

  it('tells everybody of a group when its write fails, and goes on with the next', async () => {
    let fails = true
    const { add } = createGroupCommit<number>(() =>
      fails ? Promise.reject(new Error('no')) : Promise.resolve(),
    )
    const results = await Promise.allSettled([add(1), add(2)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    await expect(add(3)).resolves.toBeUndefined()
  })
})
