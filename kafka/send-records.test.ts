// An answer of kafkajs that leaves partitions out. It takes a leader that moves between brokers, so the producer is
// made up here; everything else about sending is tried against a real Kafka.
import type { Producer, ProducerBatch, RecordMetadata } from 'kafkajs'
import { expect, it } from 'vitest'
import { Waiter, type Position } from './publishing.ts'
import { sendRecords } from './send-records.ts'
import type { Taken } from './waiting-lines.ts'

const timeoutMs = 1000
const settings = { topic: 'events', timeoutMs, seal: null }

/** Answers each request for the partitions that it is told, and notes which it was asked for. */
function createProducer(answers: number[][]) {
  const asked: (number | undefined)[][] = []
  const sendBatch = ({ topicMessages = [] }: ProducerBatch): Promise<RecordMetadata[]> => {
    asked.push(topicMessages.flatMap(({ messages }) => messages.map(({ partition }) => partition)))
    const answered = answers.shift() ?? []
    return Promise.resolve(
      answered.map((partition) => ({
        topicName: 'events',
        partition,
        errorCode: 0,
        baseOffset: String(10 * partition),
      })),
    )
  }
  return { producer: { sendBatch } as unknown as Producer, asked }
}

function lineOf(partition: number): { taken: Taken<Waiter>; position: Promise<Position> } {
  let waiter!: Waiter
  const position = new Promise<Position>((resolve, reject) => {
    waiter = new Waiter(1, resolve, reject)
  })
  position.catch(() => undefined)
  const piece = {
    text: '{}',
    bytes: 2,
    events: 1,
    checked: null,
    siteId: `site-${partition}`,
    receivedAt: 1,
    waiter,
  }
  const record = {
    siteId: piece.siteId,
    value: '{}',
    receivedAt: 1,
    firstReceivedAt: 1,
    checked: null,
    pieces: [piece],
  }
  return { taken: { partition, records: [record], bytes: 2 }, position }
}

it('sends what was left out of the answer by itself', async () => {
  const lines = [1, 2].map(lineOf)
  const { producer, asked } = createProducer([[1], [2]])
  const { refused, error } = await sendRecords(
    producer,
    settings,
    lines.map(({ taken }) => taken),
  )
  const positions = await Promise.all(lines.map(({ position }) => position))
  expect([asked, refused, String(error)]).toEqual([
    [[1, 2], [2]],
    [],
    'Error: Kafka answered without this partition',
  ])
  expect(positions).toEqual([new Map([[1, 10]]), new Map([[2, 20]])])
})

it('takes nothing for kept that no answer names', async () => {
  const lines = [1, 2].map(lineOf)
  const { producer } = createProducer([[1], []])
  const { refused } = await sendRecords(
    producer,
    settings,
    lines.map(({ taken }) => taken),
  )
  expect(refused).toEqual([lines[1]?.taken])
})

it('tells of nothing where the answer is whole', async () => {
  const { producer } = createProducer([[1]])
  const { refused, error } = await sendRecords(producer, settings, [lineOf(1).taken])
  expect([refused, error]).toEqual([[], null])
})
