// The sender's promises, with a server and a clock made up for each test: nothing waits.
import { describe, expect, it } from 'vitest'
import type { Answer } from './answer.ts'
import type { Outcome } from './delivery.ts'
import { createSender, type SenderSettings } from './sender.ts'

type Ids = string[]

interface Try {
  status?: number
  retryAfter?: string
  errors?: object[]
  fails?: string
}

/** A sender whose server answers by `tries` in turn and then takes everything. */
function setUp(tries: Try[] = [], settings: Partial<SenderSettings<number>> = {}) {
  const bodies: string[] = []
  const waits: { reason: string; waitMs: number }[] = []
  const outcome: Outcome<number> = { accepted: [], refused: [], position: null }
  let now = 0
  const sender = createSender<number>({
    url: 'http://ingest.test',
    post: (body) => {
      bodies.push(body)
      return answer(tries.shift() ?? {}, body)
    },
    settled: ({ accepted, refused }) => {
      outcome.accepted.push(...accepted)
      outcome.refused.push(...refused)
    },
    waiting: (reason, waitMs) => waits.push({ reason, waitMs }),
    now: () => now,
    sleep: (ms) => Promise.resolve((now += ms)),
    random: () => 0,
    ...settings,
  })
  return { sender, bodies, waits, outcome, idsSent: () => bodies.map(idsIn) }
}

function answer({ status = 202, retryAfter, errors = [], fails }: Try, body: string): Promise<Answer> {
  if (fails) return Promise.reject(new Error(fails))
  const accepted = idsIn(body).length - errors.length
  return Promise.resolve({
    status,
    retryAfter: retryAfter ?? null,
    body: JSON.stringify({ accepted, errors }),
  })
}

function idsIn(body: string): Ids {
  return body
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event_id: string }).event_id)
}

const view = (eventId: string) => ({ site_id: 'demo', event_type: 'page_view', event_id: eventId })

async function sendAll(
  sender: { send: (event: object, tag: number) => Promise<void> },
  ids: Ids,
): Promise<void> {
  for (const [index, id] of ids.entries()) await sender.send(view(id), index)
}

describe('the sender', () => {
  it('posts full batches and the rest at flush, one event a line', async () => {
    const { sender, idsSent, outcome } = setUp([], { batchEvents: 2 })
    await sendAll(sender, ['a', 'b', 'c'])
    await sender.flush()
    expect(idsSent()).toEqual([['a', 'b'], ['c']])
    expect(outcome.accepted.map(({ tag }) => tag)).toEqual([0, 1, 2])
  })

  it('cuts a batch before it is larger than batchBytes', async () => {
    const { sender, bodies } = setUp([], { batchBytes: 140 })
    await sendAll(sender, ['a', 'b', 'c'])
    await sender.flush()
    expect(bodies.map((body) => body.length)).toEqual([118, 59])
  })

  it('gives an event an id before its first try, and tries again with the same', async () => {
    const { sender, idsSent, outcome } = setUp([{ fails: 'ECONNRESET' }], { newId: () => 'made-here' })
    await sender.send({ site_id: 'demo', event_type: 'page_view' }, 7)
    await sender.flush()
    expect(idsSent()).toEqual([['made-here'], ['made-here']])
    expect(outcome.accepted).toEqual([{ eventId: 'made-here', tag: 7 }])
  })

  it('waits longer after each failure', async () => {
    const { sender, waits } = setUp([{ fails: 'ECONNREFUSED' }, { status: 500 }, { fails: 'ECONNREFUSED' }])
    await sendAll(sender, ['a'])
    await sender.flush()
    expect(waits.map(({ waitMs }) => waitMs)).toEqual([125, 250, 500])
  })

  it('waits at least as long as Retry-After asks', async () => {
    const { sender, waits } = setUp([{ status: 429, retryAfter: '30' }])
    await sendAll(sender, ['a'])
    await sender.flush()
    expect(waits).toEqual([{ reason: 'answered 429', waitMs: 30_125 }])
  })

  it('sends only the retryable events of a 207 again', async () => {
    const errors = [
      { index: 0, retryable: true, errors: [] },
      { index: 2, retryable: false, errors: [{ message: 'path is too long' }] },
    ]
    const { sender, idsSent, outcome } = setUp([{ status: 207, errors }])
    await sendAll(sender, ['a', 'b', 'c'])
    await sender.flush()
    expect(idsSent()).toEqual([['a', 'b', 'c'], ['a']])
    expect(outcome.accepted.map(({ eventId }) => eventId)).toEqual(['b', 'a'])
    expect(outcome.refused).toEqual([{ eventId: 'c', tag: 2, reason: 'path is too long' }])
  })

  it.each([400, 413])('does not send a batch again after %i', async (status) => {
    const { sender, idsSent, outcome } = setUp([{ status }])
    await sendAll(sender, ['a', 'b'])
    await sender.flush()
    expect(idsSent()).toEqual([['a', 'b']])
    expect(outcome.refused.map(({ tag }) => tag)).toEqual([0, 1])
  })

  it('ends at once where the address does not take events', async () => {
    const { sender, idsSent } = setUp([{ status: 404 }])
    await sendAll(sender, ['a'])
    await expect(sender.flush()).rejects.toThrow('answered 404')
    await expect(sender.send(view('b'), 1)).rejects.toThrow('answered 404')
    expect(idsSent()).toEqual([['a']])
  })

  it('gives up when nothing was kept for giveUpAfterMs, and says why', async () => {
    const { sender, waits } = setUp(Array<Try>(99).fill({ fails: 'ECONNREFUSED' }), { giveUpAfterMs: 60_000 })
    await sendAll(sender, ['a'])
    await expect(sender.flush()).rejects.toThrow('ECONNREFUSED; gave up after 60 s without progress')
    expect(waits.reduce((sum, { waitMs }) => sum + waitMs, 0)).toBeGreaterThanOrEqual(60_000)
  })

  it('goes on as long as now and then an event is kept', async () => {
    const keepOneOf = (size: number): Try => ({
      status: 207,
      errors: Array.from({ length: size - 1 }, (_, index) => ({ index, retryable: true, errors: [] })),
    })
    const tries = [6, 5, 4, 3, 2].flatMap((size) => [{ status: 503, retryAfter: '50' }, keepOneOf(size)])
    const { sender, outcome } = setUp(tries, { giveUpAfterMs: 60_000 })
    await sendAll(sender, ['a', 'b', 'c', 'd', 'e', 'f'])
    await sender.flush()
    expect(outcome.accepted).toHaveLength(6)
  })
})

describe('backpressure', () => {
  it('takes no more events while maxInFlight batches are on the way', async () => {
    const answers: (() => void)[] = []
    const post = (body: string) =>
      new Promise<Answer>((resolve) => answers.push(() => void answer({}, body).then(resolve)))
    const { sender, outcome } = setUp([], { post, batchEvents: 1, maxInFlight: 2 })
    await sendAll(sender, ['a', 'b'])
    let taken = false
    const third = sender.send(view('c'), 2).then(() => (taken = true))
    await new Promise(setImmediate)
    expect({ taken, onTheWay: answers.length }).toEqual({ taken: false, onTheWay: 2 })
    answers[0]?.()
    await third
    expect(answers).toHaveLength(3)
    answers.forEach((release) => release())
    await sender.flush()
    expect(outcome.accepted).toHaveLength(3)
  })
})
