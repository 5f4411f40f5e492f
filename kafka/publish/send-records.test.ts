// What becomes of lines as a producer tells of them. It is made up here, since it takes leaders that move to leave
// partitions out; everything else about sending is tried against a real Kafka.
import { expect, it } from 'vitest'
import { Waiter, type Published } from './publishing.ts'
import { sendRecords } from './send-records.ts'
import type { Taken } from './waiting-lines.ts'

const timeoutMs = 1000

/** Keeps the records of these partitions, each at ten times its number, and then answers. */
function createProducer(kept: number[], answer: Promise<Error | null> = Promise.resolve(null)) {
  const send = (_batches: unknown, onKept: (partition: number, offset: number) => void) => {
    for (const partition of kept) onKept(partition, 10 * partition)
    return answer
  }
  return { send }
}

function lineOf(partition: number): { taken: Taken; published: Promise<Published> } {
  let waiter!: Waiter
  const published = new Promise<Published>((resolve) => {
    waiter = new Waiter(resolve)
  })
  const of = { siteId: `site-${partition}`, lines: Buffer.from('{}'), events: 1, receivedAt: 1 }
  waiter.expect(of, 1)
  const record = {
    siteId: of.siteId,
    receivedAt: 1,
    pieces: [{ of, lines: of.lines, events: 1, bytes: 2, waiter }],
  }
  return { taken: { partition, records: [record], bytes: 2 }, published }
}

const keptAt = (partition: number, offset: number) => ({
  position: new Map([[partition, offset]]),
  refused: [],
  reason: '',
})

it('settles what is kept, and gives back the rest', async () => {
  const lines = [1, 2].map(lineOf)
  const error = new Error('no leader')
  const outcome = await sendRecords(
    createProducer([1], Promise.resolve(error)),
    timeoutMs,
    lines.map(({ taken }) => taken),
  )
  expect(await lines[0]?.published).toEqual(keptAt(1, 10))
  expect(outcome).toMatchObject({ refused: [lines[1]?.taken], error, isLate: false })
})

it('does not wait for ever, and what was kept before is kept', async () => {
  const lines = [1, 2].map(lineOf)
  const silent = createProducer([2], new Promise(() => undefined))
  const { refused, error, isLate } = await sendRecords(
    silent,
    20,
    lines.map(({ taken }) => taken),
  )
  expect(await lines[1]?.published).toEqual(keptAt(2, 20))
  expect(refused).toEqual([lines[0]?.taken])
  expect([isLate, String(error)]).toEqual([true, 'Error: Kafka did not answer in time'])
})

it('tells of nothing where all is kept', async () => {
  const { refused, error } = await sendRecords(createProducer([1]), timeoutMs, [lineOf(1).taken])
  expect([refused, error]).toEqual([[], null])
})
