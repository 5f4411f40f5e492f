// Promise: nothing that a client sends makes a service fail. Every request of the lists is answered as the
// contract says, with a problem document; the processes stay up, keep their memory, and go on taking good events.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/pipeline.ts'
import { get, post } from '../support/http.ts'
import { goodEvent, type BadRequest } from './bad-request.ts'
import { batchBodies } from './batch-bodies.ts'
import { encodings } from './encodings.ts'
import { eventBodies } from './event-bodies.ts'
import { eventFields } from './event-fields.ts'
import { oddButGood } from './odd-but-good.ts'
import { queries } from './queries.ts'
import { requests } from './requests.ts'
import { send, type Received } from './send.ts'
import { startServices, type Service, type Services } from './services.ts'

let services: Services

beforeAll(async () => {
  services = await startServices()
  for (const { url } of [services.ingest, services.reporting]) {
    await until(async () => (await get(`${url}/readyz`)).status === 200)
  }
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
    const before = await memoryOf(services.ingest)
    for (let round = 0; round < 3; round += 1) await sendAll()
    const grown = (await memoryOf(services.ingest)) - before
    expect(grown).toBeLessThan(64_000_000)
  })

  it('both processes are the ones that were started', () => {
    expect([services.ingest.isUp(), services.reporting.isUp()]).toEqual([true, true])
  })

  it('ingest takes a good event', async () => {
    expect(await post(`${services.ingest.url}/event`, goodEvent())).toMatchObject({ status: 202 })
  })

  it('reporting answers a good question', async () => {
    const answer = await get(`${services.reporting.url}/stats?site_id=demo&date=2025-11-14`)
    expect(answer).toMatchObject({ status: 200, body: { site_id: 'demo', total_views: 0 } })
  })
})

interface NamedFault {
  field?: string
  code?: string
  /** Where the fault is an event of a batch: its own faults. */
  errors?: NamedFault[]
}

interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  errors?: NamedFault[]
}

/** The status, and a problem document that names the faults and nothing of the inside. */
function checkAnswer(request: BadRequest, received: Received | null): void {
  expect({ status: received?.status ?? null, body: received?.body.slice(0, 500) }).toMatchObject({
    status: request.status,
  })
  if (received === null) return
  expect(received.headers).toMatchObject(request.answerHeaders ?? {})
  if (request.method === 'HEAD' || request.bare) return
  expect(received.headers['content-type']).toBe('application/problem+json')
  expect(received.body).not.toMatch(/node_modules|\.ts:\d+|\n\s+at |<html/)
  const problem = JSON.parse(received.body) as ProblemDocument
  expect(problem).toMatchObject({
    type: expect.any(String) as string,
    title: expect.stringMatching(/./) as string,
    status: received.status,
    detail: expect.stringContaining(request.detail ?? '') as string,
  })
  for (const fault of request.faults ?? [])
    expect(faultsOf(problem)).toContainEqual(expect.stringContaining(fault))
}

/** Every fault, of the body or of one of its events, as `field code`. */
function faultsOf({ errors = [] }: ProblemDocument): string[] {
  const each = errors.flatMap((error) => error.errors ?? [error])
  return each.map(({ field = '', code = '' }) => `${field} ${code}`)
}

/** Bytes of memory that a service holds, as it says itself. */
async function memoryOf({ url }: Service): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1])
}
