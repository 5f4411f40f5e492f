// A Kafka record before it is decoded, and what its lines become.
import type { IdWords } from '../../event/event-id.ts'
import type { FaultCode } from '../../event/fault-code.ts'
import type { JsonFaultCode } from '../../event/json.ts'
import type { Verdict } from '../recent-ids/recent-ids.ts'

/** A record as places in the bytes it was fetched in. A key or a value that is null begins at -1. */
export interface RecordBytes {
  bytes: Buffer
  offset: number
  /** Epoch milliseconds. */
  timestamp: number
  keyAt: number
  keyEnd: number
  valueAt: number
  valueEnd: number
}

/** The log a record lies in. The topic's id, since one made anew has the same name and offsets. */
export interface LogPlace {
  topicId: string
  partition: number
}

/** `refused`: ClickHouse did not take the row. */
export type DeadReason =
  FaultCode | JsonFaultCode | 'missing_key' | 'key_mismatch' | 'too_many_lines' | 'refused'

/** A line that can never be a row. */
export interface DeadLine {
  raw: Buffer
  reason: DeadReason
  field: string
  message: string
  key: Buffer
  offset: number
  line: number
  receivedAt: number
}

/** A row whose event may be stored already. */
export interface UncertainRow {
  site: string
  eventId: string
  /** Epoch milliseconds. */
  timestamp: number
  row: Buffer
}

/** Says whether an event is new: `uncertain` where only the table can tell. Asked once for each event, in order; `id` is used again for the next one. */
export type Judge = (site: string, id: IdWords, timestamp: number, receivedAt: number) => Verdict
