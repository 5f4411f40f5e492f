// What an answer means for a batch.
import { describe, expect, it } from 'vitest'
import { readAnswer } from './answer.ts'

function read(status: number, body: unknown, { size = 3, retryAfter = null as string | null } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readAnswer({ status, retryAfter, body: text }, size, 0)
}

const nothingWrong = { kind: 'verdicts', refused: new Map(), again: new Set(), position: '0:3', waitMs: null }

describe('an answer to a batch', () => {
  it('keeps every event at 202', () => {
    const body = {
      status: 'accepted',
      accepted: 3,
      rejected: 0,
      event_ids: ['a', 'b', 'c'],
      position: '0:3',
      errors: [],
    }
    expect(read(202, body)).toEqual(nothingWrong)
  })

  it('tells refused events with their reasons from those to be sent again at 207', () => {
    const errors = [
      {
        index: 0,
        event_id: null,
        retryable: false,
        errors: [{ message: 'path is too long' }, { message: 'x is unknown' }],
      },
      { index: 2, event_id: 'c', retryable: true, errors: [{ message: 'Kafka did not answer' }] },
    ]
    const body = {
      status: 'partial',
      accepted: 1,
      rejected: 2,
      event_ids: [null, 'b', null],
      position: '0:3',
      errors,
    }
    expect(read(207, body)).toEqual({
      ...nothingWrong,
      refused: new Map([[0, 'path is too long; x is unknown']]),
      again: new Set([2]),
    })
  })

  it('counts an event without an id in the answer as refused though no error names it', () => {
    const body = { accepted: 2, rejected: 1, event_ids: ['a', null, 'c'], errors: [] }
    expect(read(207, body)).toMatchObject({ refused: new Map([[1, 'refused without a reason']]) })
  })

  it('refuses every event of a 400, by its own reason where it has one', () => {
    const errors = [{ index: 1, errors: [{ message: 'site_id is required' }] }]
    expect(read(400, { detail: 'none was good', accepted: 0, errors }, { size: 2 })).toMatchObject({
      refused: new Map([
        [0, 'answered 400: none was good'],
        [1, 'site_id is required'],
      ]),
    })
  })

  it('refuses every event of a 413', () => {
    expect(read(413, 'too big', { size: 1 })).toMatchObject({ refused: new Map([[0, 'answered 413']]) })
  })

  it.each([408, 429, 500, 502, 503, 504])('sends the whole batch again after %i', (status) => {
    expect(read(status, { detail: 'not now' }, { retryAfter: '2' })).toEqual({
      kind: 'again',
      reason: `answered ${status}: not now`,
      waitMs: 2000,
    })
  })

  it.each([301, 401, 403, 404, 405, 415])('ends at %i: no other batch would fare better', (status) => {
    expect(read(status, '<html>')).toEqual({ kind: 'hopeless', reason: `answered ${status}` })
  })

  it.each(['<html>', 'null', '[]', '{"status":"ok"}'])(
    'ends at a success that holds no verdicts: %s',
    (body) => {
      expect(read(200, body)).toMatchObject({ kind: 'hopeless' })
    },
  )
})
