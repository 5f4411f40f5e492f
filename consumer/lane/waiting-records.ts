// Records that are taken and wait until the range before them is known.
import type { SourceRecord } from './record.ts'

/** What a record takes in memory besides its value, roughly: one without a value is not for nothing. */
const recordBytes = 200

export interface WaitingRecords {
  /** Adds records that were taken together, which may be none: a log has gaps. */
  add: (records: SourceRecord[]) => void
  /** Whether anything waits, be it without records. */
  isThere: () => boolean
  takeAll: () => SourceRecord[]
  bytes: () => number
}

export function createWaitingRecords(): WaitingRecords {
  let records: SourceRecord[] = []
  let isThere = false
  return {
    add: (more) => {
      isThere = true
      records = records.concat(more)
    },
    isThere: () => isThere,
    takeAll: () => {
      const taken = records
      records = []
      isThere = false
      return taken
    },
    bytes: () => bytesOfRecords(records),
  }
}

/** What a record takes in memory, roughly. */
export function bytesOfRecord({ value }: { value: Buffer | null }): number {
  return recordBytes + (value?.length ?? 0)
}

/** What they take in memory, roughly. */
export function bytesOfRecords(records: readonly SourceRecord[]): number {
  return records.reduce((sum, record) => sum + bytesOfRecord(record), 0)
}
