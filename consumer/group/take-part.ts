// Hands a lane what was fetched for it, a part at a time: few enough records to be decoded in one turn of the event loop.
import type { FetchedRecords } from '../../kafka/fetch/fetched-records.ts'
import type { Lane } from '../lane/lane.ts'
import type { SourceRecord } from '../lane/record.ts'

const bytesOfPart = 65_536

/** `more`: there are others; `end`: it has all; `elsewhere`: the lane goes on at another offset. */
export type Taken = 'more' | 'end' | 'elsewhere'

/** Hands over the next part. */
export function takePart(records: FetchedRecords, lane: Lane): Taken {
  const from = records.passed
  const part: SourceRecord[] = []
  let isLast = false
  for (let bytes = 0; bytes < bytesOfPart && !isLast;) {
    if (records.next()) {
      const record = recordAtHand(records)
      part.push(record)
      bytes += record.value?.length ?? 0
    } else {
      isLast = true
    }
  }
  if (records.passed === from) return 'end'
  if (lane.accept(part, from, records.passed - 1) !== null) return 'elsewhere'
  return isLast ? 'end' : 'more'
}

function recordAtHand(records: FetchedRecords): SourceRecord {
  const { bytes, offset, timestamp, keyAt, keyEnd, valueAt, valueEnd } = records
  return {
    offset,
    timestamp,
    key: keyAt === -1 ? null : bytes.subarray(keyAt, keyEnd),
    value: valueAt === -1 ? null : bytes.subarray(valueAt, valueEnd),
  }
}
