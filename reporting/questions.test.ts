import { describe, expect, it } from 'vitest'
import { Problem } from '../runtime/problem.ts'
import { testLogger } from '../test/support/fresh.ts'
import { createQuestions } from './questions.ts'
import { createTurns } from './turns.ts'

const never = new AbortController().signal

function start({ turns = createTurns(2, 100), timeoutMs = 10_000 } = {}) {
  const metrics = { timeQuery: <T>(query: () => Promise<T>) => query(), queryFailed: () => undefined }
  const questions = createQuestions({ turns, timeoutMs, metrics, logger: testLogger() })
  const signals: AbortSignal[] = []
  const ends: ((answer: string) => void)[] = []
  /** Work that ends when it is told to, or is given up. */
  const work = (signal: AbortSignal) => {
    signals.push(signal)
    return new Promise<string>((resolve, reject) => {
      ends.push(resolve)
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  }
  const ask = (key: string | null, gone: AbortSignal = never) => questions.ask(key, gone, work)
  return { ask, signals, ends }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('questions', () => {
  it('that are the same at the same time are asked once', async () => {
    const { ask, ends } = start()
    const asked = [ask('a'), ask('a'), ask('b')]
    await settled()
    expect(ends).toHaveLength(2)
    ends.forEach((end, number) => end(`answer ${number}`))
    expect(await Promise.all(asked)).toEqual(['answer 0', 'answer 0', 'answer 1'])
    void ask('a').catch(() => undefined)
    await settled()
    expect(ends).toHaveLength(3)
  })

  it('without a key are asked anew each time', async () => {
    const { ask, ends } = start()
    const asked = [ask(null), ask(null)]
    await settled()
    ends.forEach((end, number) => end(`answer ${number}`))
    expect(await Promise.all(asked)).toEqual(['answer 0', 'answer 1'])
  })

  it('are ended when the last who waits has gone, and begun anew by whoever comes then', async () => {
    const { ask, signals, ends } = start()
    const [one, other] = [new AbortController(), new AbortController()]
    const asked = [ask('a', one.signal), ask('a', other.signal)]
    await settled()
    one.abort()
    expect([await asked[0], signals[0]?.aborted]).toEqual([null, false])
    other.abort()
    expect([await asked[1], signals[0]?.aborted]).toEqual([null, true])
    const again = ask('a')
    await settled()
    ends[1]?.('answer')
    expect(await again).toBe('answer')
  })

  it('say by their refusal whether they were too many or took too long', async () => {
    const turns = createTurns(1, 1)
    const { ask } = start({ turns, timeoutMs: 50 })
    const refusal = (asked: Promise<unknown>) =>
      asked.then(
        () => '',
        (error: unknown) => (error instanceof Problem ? `${error.status} ${error.message}` : String(error)),
      )
    expect(await refusal(ask('a'))).toBe('503 the store does not answer: ask again')
    void turns.run(() => new Promise(() => undefined), never)
    expect(await Promise.all([ask('b'), ask('c')].map(refusal))).toEqual([
      '503 too many questions at once: ask again',
      '503 too many questions at once: ask again',
    ])
  })
})
