// Fetching from a broker that is played here, so that a lane can go back at a given moment between two requests.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Cluster, Exchange } from '../../kafka/cluster.ts'
import type { FetchedPartition } from '../../kafka/fetch/fetch-request.ts'
import { mostBytesOfBatch, writeRecordBatch } from '../../kafka/produce/record-batch.ts'
import type { Lane } from '../lane/lane.ts'
import { testLogger } from '../../test/support/fresh.ts'
import { createBackPressure } from './back-pressure.ts'
import { startFetching } from './fetching.ts'

const topic = 'events'
/** The places of a request before its first partition: head, name of the topic, number of partitions. */
const countAt = 4 + 4 + 4 + 4 + 1 + 4 + 2 + topic.length
const recordsOfAnswer = 10

/** A batch of ten records from this offset on. */
function batchFrom(offset: number): Buffer {
  const records = Array.from({ length: recordsOfAnswer }, () => ({
    ...{ siteId: 'demo', pieces: [{ lines: Buffer.from('{}') }], receivedAt: 1 },
  }))
  const bytes = Buffer.alloc(mostBytesOfBatch(records))
  const end = writeRecordBatch(bytes, 0, records)
  bytes.writeBigInt64BE(BigInt(offset))
  return bytes.subarray(0, end)
}

/** The partitions a request asks for, in its order, and from where on. */
function askedOf(request: Buffer): { partition: number; offset: number }[] {
  return Array.from({ length: request.readInt32BE(countAt) }, (_, index) => ({
    partition: request.readInt32BE(countAt + 4 + 16 * index),
    offset: Number(request.readBigInt64BE(countAt + 8 + 16 * index)),
  }))
}

type Asked = ReturnType<typeof askedOf>

/** Lanes that fetch from one broker, which answers each request with ten records of its first `most` partitions. */
function startLanes(partitions: number, most: number, onRequest: (asked: Asked) => void) {
  const over = new AbortController()
  const requests: Asked[] = []
  const broker = {
    connectionPool: {
      send: async ({ request }: Exchange<FetchedPartition[]>) => {
        const { buffer } = await (request as { encode: () => Promise<{ buffer: Buffer }> }).encode()
        const asked = askedOf(buffer)
        requests.push(asked)
        await sleep(1)
        onRequest(asked)
        return asked.map(({ partition, offset }, index) => ({
          ...{ partition, code: 0, highWatermark: 1e6, lastStableOffset: 1e6, aborted: [] },
          recordSet: index < most ? batchFrom(offset) : Buffer.alloc(0),
        }))
      },
    },
  }
  const all = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 1 }))
  const nothing = () => Promise.resolve()
  const cluster = {
    findTopicPartitionMetadata: () => all,
    findBroker: () => Promise.resolve(broker),
    ...{ refreshMetadata: nothing, refreshMetadataIfNecessary: nothing },
  } as unknown as Cluster
  const next = all.map(() => 0)
  const lanes = new Map(all.map(({ partitionId }) => [partitionId, laneAt(next, partitionId)]))
  const faults: unknown[] = []
  startFetching({
    ...{ cluster, topic, lanes, logger: testLogger(), signal: over.signal, isQuiet: () => true },
    backPressure: createBackPressure(() => lanes, 1e9),
    onMoved: (why) => faults.push(why),
    onFault: (error) => faults.push(error),
  })
  return { next, requests, faults, stop: () => over.abort() }
}

/** A lane that takes whatever follows what it has. */
function laneAt(next: number[], partition: number): Lane {
  const lane: Pick<Lane, 'take' | 'bytes' | 'isFull'> = {
    ...{ bytes: () => 0, isFull: () => false },
    take: (records) => {
      if (records.passed !== next[partition]) return 'elsewhere'
      while (records.next());
      next[partition] = records.passed
      return 'end'
    },
  }
  return { ...lane, state: () => ({ phase: 'running', next: next[partition] }) } as unknown as Lane
}

it('goes on where a lane is that went back while a request was under way', async () => {
  const lanes = startLanes(1, 1, () => {
    // As after an insert that failed: what was taken is taken once more.
    if (lanes.requests.length === 3) lanes.next[0] = 0
  })
  await expect.poll(() => lanes.next[0], { timeout: 5000 }).toBeGreaterThan(100)
  lanes.stop()
  const offsets = lanes.requests.map(([asked]) => asked?.offset)
  expect(offsets.filter((offset) => offset === 0)).toHaveLength(2)
  expect(lanes.faults).toEqual([])
})

it('brings records of every partition, though each answer has room for only some of them', async () => {
  const lanes = startLanes(6, 4, () => undefined)
  await expect.poll(() => Math.min(...lanes.next), { timeout: 5000 }).toBeGreaterThan(200)
  lanes.stop()
  expect(Math.max(...lanes.next) / Math.min(...lanes.next)).toBeLessThan(2)
  expect(lanes.faults).toEqual([])
})
