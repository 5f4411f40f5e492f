// Promise: nothing that a client sends makes a service fail. Every request of the lists is answered as the
// contract says, with a problem document; the processes stay up, keep their memory, and go on taking good events.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { get, post } from '../support/http.ts'
import { goodEvent, type BadRequest } from './bad-request.ts'
import { batchBodies } from './lists/batch-bodies.ts'
import { encodings } from './lists/encodings.ts'
import { eventBodies } from './lists/event-bodies.ts'
import { eventFields } from './lists/event-fields.ts'
import { oddButGood } from './lists/odd-but-good.ts'
import { queries } from './lists/queries.ts'
import { requests } from './lists/requests.ts'
import { faultsOf, readProblem } from './problem-document.ts'
import { sendRequest, type Received } from './send.ts'
import { startServices, type Services } from './services.ts'
import { talk } from './wire.ts'

let services: Services

beforeAll(async () => {
  services = await startServices({ brokers: inject('brokers'), clickhouse: inject('clickhouse') })
})

afterAll(() => services.stop())

const forIngest = { eventBodies, eventFields, batchBodies, encodings, requests }

describe.each(Object.entries(forIngest))('ingest, %s', (_, list) => {
  it.each(list)('answers $status to $name', async (request) => {
    checkAnswer(request, await send(services.ingest.url, request))
  })
})

describe('reporting, queries', () => {
  it.each(queries)('answers $status to $name', async (request) => {
    checkAnswer(request, await send(services.reporting.url, request))
  })
})

describe('ingest, odd but good', () => {
  it.each(oddButGood)('answers $status to $name', async (request) => {
    const received = await send(services.ingest.url, request)
    expect({ status: received?.status, body: received?.body }).toMatchObject({ status: request.status })
  })
})

describe('after all of them', () => {
  it('memory stays flat while the heaviest are sent again and again', async () => {
    const heavy = Object.values(forIngest)
      .flat()
      .filter((request: BadRequest) => request.heavy)
    const sendAll = async () => {
      for (const request of heavy) await send(services.ingest.url, request)
    }
    for (let round = 0; round < 2; round += 1) await sendAll()
    const before = await services.ingest.memory()
    for (let round = 0; round < 3; round += 1) await sendAll()
    const grown = (await services.ingest.memory()) - before
    expect(grown).toBeLessThan(64_000_000)
  })

  it('all processes are the ones that were started', () => {
    const { ingest, consumer, reporting } = services
    expect([ingest, consumer, reporting].map((service) => service.isUp())).toEqual([true, true, true])
  })

  it('ingest takes a good event', async () => {
    expect(await post(`${services.ingest.url}/event`, goodEvent())).toMatchObject({ status: 202 })
  })

  it('reporting answers a good question', async () => {
    const answer = await get(`${services.reporting.url}/stats?site_id=demo&date=2025-11-14`)
    expect(answer).toMatchObject({ status: 200, body: { site_id: 'demo', total_views: 0 } })
  })
})

/** How long a request that gets no answer is held open, in milliseconds. */
const heldMs = 100

/** Null where the connection ends without an answer. */
async function send(baseUrl: string, request: BadRequest): Promise<Received | null> {
  const { raw, status } = request
  if (raw === undefined) return sendRequest(baseUrl, request)
  const ending = status === null ? AbortSignal.timeout(heldMs) : 'one-answer'
  const { answers } = await talk(baseUrl, { pieces: [raw], ending })
  return answers[0] ?? null
}

/** The status, and a problem document that names the faults and nothing of the inside. */
function checkAnswer(request: BadRequest, received: Received | null): void {
  expect({ status: received?.status ?? null, body: received?.body.slice(0, 500) }).toMatchObject({
    status: request.status,
  })
  if (received === null) return
  expect(received.headers).toMatchObject(request.answerHeaders ?? {})
  if (request.method === 'HEAD' || request.bare) return
  const problem = readProblem(received)
  expect(problem.detail).toContain(request.detail ?? '')
  for (const fault of request.faults ?? [])
    expect(faultsOf(problem)).toContainEqual(expect.stringContaining(fault))
}
