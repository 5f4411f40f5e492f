import { describe, expect, it } from 'vitest'
import { withAdvice } from './advice.ts'

describe('what a command says of a failure', () => {
  it('tells to start the stack where nothing listens', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
    expect(withAdvice(refused)).toBe('ECONNREFUSED: start the stack first (npm start)')
    expect(withAdvice(new Error('connect ECONNREFUSED 127.0.0.1:9092'))).toContain(': start the stack first')
  })

  it('tells to name another user where this one may not', () => {
    const missing = new Error('default: Not enough privileges. ')
    expect(withAdvice(missing)).toMatch(/^default: Not enough privileges: set CLICKHOUSE_USER and/)
  })

  it('adds nothing where nothing is known', () => {
    expect(withAdvice(new Error('Something else'))).toBe('Something else')
  })
})
