// A Kafka record before and after it is decoded.
import type { FaultCode } from '../../event/fault-code.ts'
import type { JsonFaultCode } from '../../event/json.ts'
import type { SeenEvent, Verdict } from '../recent-ids/recent-ids.ts'

/** A record as Kafka holds it. `timestamp` is epoch milliseconds. */
export interface SourceRecord {
  offset: string
  timestamp: number
  key: Buffer | null
  value: Buffer | null
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
  key: Buffer | null
  offset: string
  line: number
  receivedAt: number
}

/** A row whose event may be stored already. */
export interface UncertainRow {
  site: string
  eventId: string
  /** Epoch milliseconds. */
  timestamp: number
  /** The row, with its line break. */
  text: string
}

/** Says whether an event is new: `uncertain` where only the table can tell. Asked once for each event, in order. */
export type Judge = (event: SeenEvent, offset: string, line: number) => Verdict

export interface DecodedRecord {
  /** The record's key as text; empty where there is none. */
  site: string
  /** NDJSON as ClickHouse takes it, each line with its break; empty where no line is a row. */
  rows: string
  /** What its characters are: bytes, or text. */
  encoding: 'latin1' | 'utf8'
  rowCount: number
  uncertain: UncertainRow[]
  duplicates: number
  dead: DeadLine[]
}

/** Nothing of a record yet. A literal: an object put together from others takes longer than a row. */
export function emptyRecord(site: string, encoding: DecodedRecord['encoding']): DecodedRecord {
  return { site, rows: '', encoding, rowCount: 0, uncertain: [], duplicates: 0, dead: [] }
}
