// What a lane knows, what can happen to it, and what it asks for. Times are seconds since 1970 by the store's clock.

/** Offsets `first` to `last`, both included. */
export interface Span {
  first: number
  last: number
}

/** What is committed with an offset. */
export interface Lease {
  /** No line from the offset on says that it was stored earlier. */
  since: number
  /** None is inserted later. A whole number. */
  until: number
}

/** What the group has: the offset, -1 for none, and the lease; one that is over, or none, ends at 0. */
export interface Commit extends Lease {
  offset: number
}

/** Where a partition goes on, once nothing of before can land any more. */
export interface LaneStart {
  /** All that lies below is in the books, or gone. */
  booked: number
  /** The first offset to read. */
  next: number
  committed: Commit
  /** Offsets that Kafka dropped after lines of them were stored: their books are owed. */
  expired: Span | null
  /** The highest offset of lines that are stored and not in the books; -1 where there are none. */
  storedLast: number
}

/** Lines on their way into the store. */
export interface Insertion extends Span {
  /** What they say of when they were stored, or the first of them. */
  since: number
  /** From when on the store refuses what is under way; null where nothing is. */
  deadline: number | null
}

export interface LaneState {
  /**
   * `recovering`: nothing is taken until it is known what is stored. `ended`: the partition is no longer ours, or it cannot be
   * known; final.
   */
  phase: 'running' | 'recovering' | 'ended'
  /** Counts recoveries: what was asked for before one does not count when it is answered after it. */
  attempt: number
  /** The offset the next fetch must begin at. */
  next: number
  /** The first offset that is taken and not on its way. */
  openFirst: number
  /** Lines that are made ready. */
  preparing: Span | null
  /** Lines that are inserted, or wait for a lease. */
  storing: Insertion | null
  /** Lines that are stored and whose books are owed. */
  stored: Insertion | null
  /** Lines that are stored and whose books are inserted, or wait for a lease. */
  booking: Insertion | null
  /** All that lies below is in the books. */
  booked: number
  /** Lines up to `last` that were stored before the lane began, or before it recovered, and are in no books. */
  earlier: { last: number; since: number } | null
  committed: Commit
  /** What is on its way to the group. */
  committing: Commit | null
  /** Nothing more will be fetched: the lease is given back at the end. */
  isLeaving: boolean
}

export type LaneEvent =
  /** What a fetch from offset `from` brought is taken; it covers the log up to `last`. */
  | { kind: 'taken'; from: number; last: number }
  /** What is taken should be stored now. */
  | { kind: 'due' }
  | { kind: 'prepared' }
  /** What was to be made ready is not, and nobody waits for it any longer: whoever comes next reads it again. */
  | { kind: 'notPrepared' }
  /** `unknown`: anything but a plain success. */
  | { kind: 'inserted'; outcome: 'stored' | 'unknown' }
  /** The books that are owed should be written now. */
  | { kind: 'booksDue' }
  | { kind: 'booked'; outcome: 'stored' | 'unknown' }
  /** `unknown`: no answer, so it may still take effect later. */
  | { kind: 'committed'; outcome: 'done' | 'refused' | 'unknown' }
  /** All below `booked` is in the books; lines beyond that are stored up to `storedLast`, -1 where none are. */
  | { kind: 'recovered'; booked: number; storedLast: number }
  | { kind: 'leave' }
  /** The membership is over. */
  | { kind: 'ended' }

export type LaneEffect =
  | { kind: 'prepare'; span: Span }
  /** Insert the lines of the span, which say that they were stored at `since`. */
  | { kind: 'insert'; span: Span; since: number; deadline: number }
  /** Books are to be written before long. */
  | { kind: 'oweBooks' }
  | { kind: 'book'; span: Span; since: number; deadline: number }
  /** Commit that `offset` is the next to read, with the lease or none. Under this membership, or not at all. */
  | { kind: 'commit'; offset: number; lease: Lease | null }
  /** Drop all that is held, wait until `until`, and look what is stored from an offset on. */
  | ({ kind: 'recover' } & Doubt)
  /**
   * The membership is over. Where the coordinator did not say so itself (`isFenced`), become a new member of the
   * group, so that a commit which is still on its way is refused when it arrives.
   */
  | { kind: 'rejoin'; isFenced: boolean }

/** What may be stored, and may still land. */
export interface Doubt {
  /** The books have all lines below this offset. */
  from: number
  /** Those that may have been written end at this one. */
  last: number
  /** Lines that are in no books say that they were stored then, or later. */
  since: number
  /** Nothing is inserted later. */
  until: number
}

export interface Step {
  state: LaneState
  effects: LaneEffect[]
}

/** Seconds. */
export interface LaneTimes {
  /** How long an insert may take to reach the table before the store refuses it. */
  fence: number
  /** How much longer a lease is: it is renewed once less than `fence` is left of it. */
  slack: number
}
