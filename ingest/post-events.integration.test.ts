import { describe, expect, it } from 'vitest'
import { createKafka } from '../kafka/client.ts'
import { freshKafka, testLogger } from '../test/support/fresh.ts'
import { post, postLines } from '../test/support/http.ts'
import { startTestIngest, untilReady } from '../test/support/pipeline.ts'
import { readTopic } from '../test/support/read-topic.ts'

const view = { site_id: 'demo', event_type: 'page_view' }

async function start() {
  const settings = freshKafka()
  const ingest = await startTestIngest(settings)
  await untilReady(ingest.url)
  const read = (count: number) =>
    readTopic(createKafka(settings, 'test', testLogger()), settings.topic.name, count)
  return { url: `${ingest.url}/events`, read }
}

describe('POST /events (contract section 4)', () => {
  it('answers 202 to a good array, with an id for each event', async () => {
    const { url } = await start()
    const answer = await post(url, [{ ...view, event_id: 'a' }, view])
    expect(answer).toMatchObject({
      status: 202,
      body: { status: 'accepted', accepted: 2, rejected: 0, errors: [] },
    })
    expect(answer.body['event_ids']).toEqual(['a', expect.stringMatching(/^[0-9a-f-]{36}$/)])
    expect(answer.body['position']).toMatch(/^\d+:\d+$/)
  })

  it('answers 202 to good NDJSON, blank lines left out', async () => {
    const { url } = await start()
    expect(await postLines(url, [view, '', '  ', view, ''])).toMatchObject({
      status: 202,
      body: { accepted: 2 },
    })
  })

  it('takes text/plain as an array or as lines, by its first character', async () => {
    const { url } = await start()
    const headers = { 'content-type': 'text/plain' }
    const line = JSON.stringify(view)
    expect(await post(url, ` [${line},${line}]`, headers)).toMatchObject({ body: { accepted: 2 } })
    expect(await post(url, `${line}\n${line}`, headers)).toMatchObject({ body: { accepted: 2 } })
  })

  it('answers 207 with a verdict for each event that is refused, and keeps the others', async () => {
    const { url, read } = await start()
    const answer = await postLines(url, [{ ...view, path: '/kept' }, '', 'not json', { site_id: 'demo' }])
    expect(answer).toMatchObject({ status: 207, body: { status: 'partial', accepted: 1, rejected: 2 } })
    expect(answer.body['event_ids']).toEqual([expect.any(String), null, null])
    expect(answer.body['errors']).toEqual([
      { index: 1, event_id: null, retryable: false, errors: [expect.objectContaining({ code: 'json' })] },
      {
        index: 2,
        event_id: null,
        retryable: false,
        errors: [expect.objectContaining({ field: 'event_type' })],
      },
    ])
    const [record] = await read(1)
    expect(JSON.parse(record?.value ?? '')).toMatchObject({ path: '/kept' })
  })

  it('gives the highest position of each partition', async () => {
    const { url, read } = await start()
    const sites = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    await post(url, [{ ...view, site_id: 'a' }])
    const answer = await post(
      url,
      sites.map((site_id) => ({ ...view, site_id })),
    )
    const records = await read(sites.length + 1)
    const highest = new Map(records.map(({ partition, offset }) => [partition, offset]))
    const expected = [...highest].map(([partition, offset]) => `${partition}:${offset}`).join(',')
    expect(answer.body['position']).toBe(expected)
  })

  it.each([
    ['no event is good', [{}, 5], { accepted: 0, rejected: 2 }],
    ['the batch is empty', [], { accepted: 0, rejected: 0 }],
    ['the body is no array', view, { accepted: 0 }],
  ])('answers 400 when %s', async (_when, body, members) => {
    const { url } = await start()
    expect(await post(url, body)).toMatchObject({ status: 400, body: { title: 'Bad Request', ...members } })
  })

  it('answers 413 to 10,001 events and keeps none of them', async () => {
    const { url, read } = await start()
    const lines = Array.from({ length: 10_001 }, () => view)
    expect(await postLines(url, lines)).toMatchObject({ status: 413 })
    expect(await post(url, lines)).toMatchObject({ status: 413 })
    await post(url, [{ ...view, path: '/first' }])
    const [record] = await read(1)
    expect(record).toMatchObject({ offset: 0, value: expect.stringContaining('/first') as string })
  })

  it('takes 10,000 events', async () => {
    const { url } = await start()
    const lines = Array.from({ length: 10_000 }, (_, n) => ({ ...view, site_id: `site-${n % 30}` }))
    expect(await postLines(url, lines)).toMatchObject({ status: 202, body: { accepted: 10_000 } })
  })

  it('answers 413 over 10 MB', async () => {
    const { url } = await start()
    const body = `[${JSON.stringify({ ...view, path: 'x'.repeat(10_000_000) })}]`
    expect(await post(url, body)).toMatchObject({ status: 413 })
  })
})
