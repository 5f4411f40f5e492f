// What a run of the fuzzer is made of: cases, each with what is known beforehand of its outcome.
import type { IHeaders } from 'kafkajs'
import type { SentRequest } from '../send.ts'

export const kinds = ['event', 'batch', 'question', 'request', 'talk', 'record'] as const

/** What a case is about: the rows of the figures. */
export type Kind = (typeof kinds)[number]

/** `field` is the one that must be named, where that is known. Null: both will do. */
export type Verdict = { must: 'accept' } | { must: 'refuse'; field: string | null } | null

export const accept: Verdict = { must: 'accept' }
export const refuse: Verdict = { must: 'refuse', field: null }

/** A request that an HTTP client can send. */
export interface RequestCase {
  kind: 'event' | 'batch' | 'question' | 'request'
  to: 'ingest' | 'reporting'
  request: SentRequest
  verdict: Verdict
  /** Of a batch that can be read: the verdict of each of its events. */
  events?: Verdict[]
}

/** Bytes over a connection of their own. */
export interface TalkCase {
  kind: 'talk'
  to: 'ingest' | 'reporting'
  pieces: Buffer[]
  /** Closes its side and reads on, goes away at once, or stays and says nothing more. */
  ending: 'half-close' | 'cut' | 'stay'
  /** How many requests must be answered with 2xx, and nothing else; null where that is not known. */
  accepted: number | null
  /** The events in it, as JSON; each has a UUID as its id. */
  events: Buffer[]
}

/** Records straight onto the topic, in one request. */
export interface RecordCase {
  kind: 'record'
  messages: FuzzMessage[]
  gzip: boolean
}

export interface FuzzMessage {
  key: Buffer | null
  value: Buffer | null
  headers: IHeaders
  partition: number
  /** Epoch milliseconds; default: now. */
  timestamp?: string
  /** Verdicts of its lines, in order; null where nothing is known. */
  lines: Verdict[] | null
}

export type FuzzCase = RequestCase | TalkCase | RecordCase

/** Gives texts of 32 hexadecimal digits that no other case has, so that every event has an id of its own. */
export type IdSource = () => string

/** A case without its ids: they differ with its place in the run. */
export type MakeCase = (nextId: IdSource) => FuzzCase
