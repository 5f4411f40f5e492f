// What a batch of kafkajs brings, as parts that a lane can take one after another.
import type { Batch, KafkaMessage } from 'kafkajs'
import type { SourceRecord } from '../lane/record.ts'
import { bytesOfRecord } from '../lane/waiting-records.ts'

/** kafkajs has it on every batch, but not in its types. */
type FetchedBatch = Batch & { fetchedOffset: string }

/** Records that follow each other. */
export interface Part {
  /** The offset the first was asked for from. */
  from: number
  /** The last offset that is covered: what lies between and is missing is a gap. */
  last: number
  records: SourceRecord[]
}

/** Few enough to be decoded in one turn of the event loop, and to be held though each were a line of a byte or two. */
const bytesOfPart = 65_536

/** Cuts a batch into parts that follow each other: of one record, or of as many as are small together. */
export function* partsOf(batch: Batch): Generator<Part> {
  let from = Number((batch as FetchedBatch).fetchedOffset)
  let messages: KafkaMessage[] = []
  let bytes = 0
  const close = (last: number): Part => {
    const part = { from, last, records: messages.map(toRecord) }
    from = last + 1
    messages = []
    bytes = 0
    return part
  }
  for (const message of batch.messages) {
    const size = bytesOfRecord(message)
    const newest = messages.at(-1)
    if (newest && bytes + size > bytesOfPart) yield close(Number(newest.offset))
    messages.push(message)
    bytes += size
  }
  yield close(Number(batch.lastOffset()))
}

function toRecord({ key, value, offset, timestamp }: KafkaMessage): SourceRecord {
  return { offset: Number(offset), timestamp: Number(timestamp), key, value }
}
