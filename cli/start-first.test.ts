import { describe, expect, it } from 'vitest'
import { withAdvice } from './start-first.ts'

describe('what a command says of a failure', () => {
  it('tells to start the stack where nothing listens, and nowhere else', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
    expect(withAdvice(refused)).toBe('ECONNREFUSED: start the stack first (npm start)')
    expect(withAdvice(new Error('connect ECONNREFUSED 127.0.0.1:9092'))).toContain(': start the stack first')
    expect(withAdvice(new Error('Not enough privileges'))).toBe('Not enough privileges')
  })
})
