// Records that are taken and wait until the range before them is known.
import type { SourceRecord } from './decode-record.ts'

export interface WaitingRecords {
  /** Adds the records of a fetch, which may be none: a log has gaps. */
  add: (records: SourceRecord[]) => void
  /** Whether any fetch waits, be it one without records. */
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
    bytes: () => records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0),
  }
}
