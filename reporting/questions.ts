// Questions to ClickHouse: a few at a time, each within its time, and once for all who ask the same at the same time.
import { isOverLimit } from '../clickhouse/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import { unavailable } from '../runtime/problem.ts'
import { unlessAborted } from '../runtime/retry.ts'
import type { ReportingMetrics } from './metrics.ts'
import { LineTooLong, type Turns } from './turns.ts'

export interface QuestionsParts {
  turns: Turns
  /** How long an answer may take, waiting for its turn included, milliseconds. */
  timeoutMs: number
  metrics: Pick<ReportingMetrics, 'timeQuery' | 'queryFailed'>
  logger: Logger
}

export interface Questions {
  /**
   * The answer of `work`, or of the same question that is under way already; null where nobody waits for it any more.
   * @param key what makes two questions the same; null for one that must be begun after it was asked
   * @param gone given when the asker went away; work ends when all of its askers have
   * @throws Problem 503
   */
  ask: <T>(
    key: string | null,
    gone: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T | null>
}

/** Something that is asked for, by one or more. */
interface Question {
  answer: Promise<unknown>
  /** Whether its turn has come. */
  hasBegun: boolean
  askers: number
  ending: AbortController
}

export function createQuestions(parts: QuestionsParts): Questions {
  const { turns, timeoutMs, metrics } = parts
  const underWay = new Map<string | symbol, Question>()

  const begin = (key: string | symbol, work: (signal: AbortSignal) => Promise<unknown>): Question => {
    const ending = new AbortController()
    const run = () => {
      question.hasBegun = true
      return metrics.timeQuery(() => work(ending.signal))
    }
    const question: Question = { answer: Promise.resolve(), hasBegun: false, askers: 0, ending }
    question.answer = turns.run(run, ending.signal).finally(() => forget(key, question))
    question.answer.catch(() => undefined)
    underWay.set(key, question)
    return question
  }
  const forget = (key: string | symbol, question: Question) => {
    if (underWay.get(key) === question) underWay.delete(key)
  }
  const leave = (key: string | symbol, question: Question) => {
    question.askers -= 1
    if (question.askers > 0) return
    forget(key, question)
    question.ending.abort(new Error('nobody waits for it'))
  }

  return {
    ask: async <T>(known: string | null, gone: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => {
      const key = known ?? Symbol('asked once')
      const question = underWay.get(key) ?? begin(key, work)
      question.askers += 1
      const { signal, release } = signalAfter(timeoutMs, gone)
      try {
        return (await unlessAborted(signal, question.answer)) as T
      } catch (error) {
        if (gone.aborted) return null
        throw toProblem(error, question, parts)
      } finally {
        release()
        leave(key, question)
      }
    },
  }
}

function toProblem(error: unknown, { hasBegun }: Question, { metrics, logger }: QuestionsParts): unknown {
  if (error instanceof LineTooLong || !hasBegun)
    return unavailable('too many questions at once: ask again', 2)
  metrics.queryFailed()
  logger.warn({ err: error }, 'clickhouse did not answer')
  return isOverLimit(error)
    ? unavailable('the question takes more than a query may: ask for a shorter range', 60)
    : unavailable('the store does not answer: ask again', 2)
}

/** A signal that is given after `ms` milliseconds or when another one is, whichever comes first. */
function signalAfter(ms: number, other: AbortSignal): { signal: AbortSignal; release: () => void } {
  const ending = new AbortController()
  const end = () => ending.abort(new Error('no answer in time'))
  const timer = setTimeout(end, ms)
  other.addEventListener('abort', end, { once: true })
  if (other.aborted) end()
  const release = () => {
    clearTimeout(timer)
    other.removeEventListener('abort', end)
  }
  return { signal: ending.signal, release }
}
