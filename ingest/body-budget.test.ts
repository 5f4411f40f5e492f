// What all requests may hold together.
import { describe, expect, it } from 'vitest'
import { Problem } from '../runtime/problem.ts'
import { ClientGone, createBodyBudget } from './body-budget.ts'

describe('the budget of request bodies', () => {
  it('is shared by all, refuses with 503 what is over it, and counts nothing after it was released', () => {
    const budget = createBodyBudget(100)
    const [one, other] = [budget.open(), budget.open()]
    one.take(60)
    other.take(40)
    expect(() => other.take(1)).toThrow(Problem)
    expect(budget.bytesInFlight()).toBe(100)
    one.release()
    other.take(60)
    other.release()
    expect(budget.bytesInFlight()).toBe(0)
    expect(() => other.take(1)).toThrow(ClientGone)
    expect(budget.bytesInFlight()).toBe(0)
  })

  it('tells those who still read when it is closed, and opens no share any more', () => {
    const budget = createBodyBudget(100)
    const told: string[] = []
    const [reading, done] = [budget.open(), budget.open()]
    reading.onClose(({ status }) => told.push(`reading ${status}`))
    done.onClose(() => told.push('done'))
    done.onClose(null)
    budget.close()
    expect(told).toEqual(['reading 503'])
    expect(() => budget.open()).toThrow('stopping')
  })
})
