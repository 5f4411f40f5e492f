// Inserts of several partitions made as one: what they have in common, and what names it.
import { createHash } from 'node:crypto'
import { insertLines, nameInsert, type Insert, type Source } from '../../clickhouse/insert-lines.ts'
import type { InsertTarget } from '../../clickhouse/insert-targets.ts'
import type { ShortRequests } from '../../clickhouse/short-requests.ts'
import { gather } from '../../runtime/gather.ts'
import type { Span } from './lane-state.ts'

/** What a lane asks for: one of the inserts of a span. */
export interface Share {
  source: Source
  span: Span
  /** Lines say that they were stored then, or later. Seconds since 1970, as is the deadline. */
  since: number
  /** By ClickHouse's clock. */
  deadline: number
  /** Distinguishes spans of the same offsets, of a log that was cut short. */
  firstTimestamp: number
}

/** What is put into one target. */
export interface Part<Own extends Share> {
  target: InsertTarget
  countOf: (share: Own) => number
  /** The lines, in pieces: asked for once, since they may be made for it. */
  linesOf: (share: Own) => readonly Buffer[]
}

/** What may be one insert: as many names as fit into a URL, and as many lines as are one block of ClickHouse's. */
const mostTogether = { shares: 64, lines: 1_000_000 }

/**
 * Makes of the shares that are asked for in the same turn of the event loop one insert into each target, one target after
 * another. Each insert has the earliest deadline, so that none lands after its own; a failure is a failure of every share.
 * @param around what is done around each insert
 */
export function shareInserts<Own extends Share>(
  inserts: ShortRequests,
  database: string,
  parts: readonly Part<Own>[],
  around: (insert: () => Promise<void>) => Promise<void> = (insert) => insert(),
): (share: Own) => Promise<void> {
  const insertAll = async (shares: readonly Own[]) => {
    for (const part of parts) {
      const insert = toInsert(database, shares, part)
      if (insert.lineCount > 0) await around(() => insertLines(inserts, insert))
    }
  }
  return gather(async (shares: Own[]) => {
    const count = (share: Own) => parts.reduce((sum, { countOf }) => sum + countOf(share), 0)
    await Promise.all(inGroups(shares, count).map(insertAll))
  })
}

/** Shares of one topic each, since one made anew has another id, and not too many. */
function inGroups<Own extends Share>(shares: readonly Own[], linesOf: (share: Own) => number): Own[][] {
  const groups: Own[][] = []
  let lines = 0
  for (const share of shares) {
    const group = groups.at(-1)
    const more = linesOf(share)
    const isOfTopic = group?.[0]?.source.topicId === share.source.topicId
    const isFull = group?.length === mostTogether.shares || lines + more > mostTogether.lines
    if (group && isOfTopic && !isFull) {
      group.push(share)
      lines += more
    } else {
      groups.push([share])
      lines = more
    }
  }
  return groups
}

function toInsert<Own extends Share>(
  database: string,
  shares: readonly Own[],
  { target, countOf, linesOf }: Part<Own>,
): Insert {
  const [{ source }] = shares as [Own]
  const spans = shares.map(({ source: { partition }, span }) => ({ partition, ...span }))
  const tokens = shares.map((share) => tokenOf(share, target.table, countOf(share)))
  return {
    target,
    lines: shares.flatMap(linesOf),
    lineCount: shares.reduce((sum, share) => sum + countOf(share), 0),
    token: createHash('sha256').update(tokens.join(' ')).digest('hex'),
    topicId: source.topicId,
    storedAt: Math.max(...shares.map(({ since }) => since)),
    deadline: Math.min(...shares.map(({ deadline }) => deadline)),
    name: nameInsert(database, source, spans),
  }
}

/** Lines may have been left out since an earlier attempt, so their number belongs to the token. */
function tokenOf({ source, span, firstTimestamp }: Share, table: string, count: number): string {
  return `${source.topicId}/${source.partition}/${span.first}-${span.last}/${firstTimestamp}/${table}/${count}`
}
