// Things that are started together.
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { allOrNone } from './all-or-none.ts'

const fails = () => Promise.reject(new Error('no Java'))

describe('all or none', () => {
  it('gives every result', async () => {
    const works = [() => Promise.resolve('kafka'), () => Promise.resolve('clickhouse')]
    expect(await allOrNone(undefined, works, () => Promise.resolve())).toEqual(['kafka', 'clickhouse'])
  })

  it('undoes what succeeded and throws the first fault', async () => {
    const undone: string[] = []
    const undo = (name: string) => Promise.resolve(void undone.push(name))
    await expect(allOrNone(undefined, [() => Promise.resolve('kafka'), fails], undo)).rejects.toThrow(
      'no Java',
    )
    expect(undone).toEqual(['kafka'])
  })

  it('tells the others to give up, and waits for them', async () => {
    let gaveUp = false
    const waits = async (signal: AbortSignal) => {
      await once(signal, 'abort')
      gaveUp = true
      throw new Error('given up')
    }
    await expect(allOrNone(undefined, [waits, fails], () => Promise.resolve())).rejects.toThrow('no Java')
    expect(gaveUp).toBe(true)
  })
})
