// Kafka records as the consumer sees them, in bytes, for tests that make some by themselves.
import type { Records } from '../../consumer/lane/open-range.ts'
import type { RecordBytes } from '../../consumer/lane/record.ts'

export interface OwnRecord {
  offset: number
  /** Epoch milliseconds. */
  timestamp: number
  key: Buffer | null
  value: Buffer | null
}

/** Key and value behind each other, as they are in what was fetched. */
export function recordBytes({ offset, timestamp, key, value }: OwnRecord): RecordBytes {
  const keyEnd = key?.length ?? 0
  const bytes = Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0), Buffer.from('}"next')])
  return {
    ...{ bytes, offset, timestamp, keyAt: key ? 0 : -1, keyEnd: key ? keyEnd : -1 },
    ...{ valueAt: value ? keyEnd : -1, valueEnd: value ? keyEnd + value.length : -1 },
  }
}

/** As fetched from the offset of the first. */
export function recordsOf(records: readonly OwnRecord[]): Records {
  const [first] = records
  if (!first) throw new Error('a fetch that brought nothing')
  let next = 0
  const fetched: Records = {
    ...recordBytes(first),
    passed: first.offset,
    next: () => {
      const record = records[next]
      if (!record) return false
      next += 1
      Object.assign(fetched, recordBytes(record), { passed: record.offset + 1 })
      return true
    },
  }
  return fetched
}
