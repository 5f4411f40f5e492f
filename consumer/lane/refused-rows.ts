// Finds the rows for which ClickHouse refuses an insert, by trying halves on a table that keeps nothing, and makes
// dead letters of them: one poisoned row costs only itself.
import { randomUUID } from 'node:crypto'
import { isRefusedRows } from '../../clickhouse/errors.ts'
import type { EventRow } from '../../clickhouse/event-row.ts'
import { insertLines, type Source } from '../../clickhouse/insert-lines.ts'
import { trialTarget } from '../../clickhouse/insert-targets.ts'
import type { ShortRequests } from '../../clickhouse/short-requests.ts'
import { idWordsOf } from '../../event/event-id.ts'
import { toLine } from '../../event/event-line.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import type { DeadLine } from './record.ts'
import { addDead, booksOf, replaceRows, rowsOf, type Range } from './range.ts'

/** Later than any clock says: a trial needs no fence, since nothing comes of it. */
const never = 4_294_967_295

/**
 * Moves the rows that ClickHouse refuses from the rows to the dead letters. None where it takes them all now. The window
 * forgets their events: one that comes again, such as a dead letter that is sent again, is not stored yet.
 * @param refusal what ClickHouse said, for rows that it does not say more of
 * @throws what else goes wrong while trying
 */
export async function setAsideRefused(
  inserts: ShortRequests,
  source: Source,
  range: Range,
  recentIds: Pick<RecentIds, 'remove'>,
  refusal: string,
): Promise<void> {
  const rows = rowsOf(range)
  const refused = await findRefused(inserts, source, rows)
  if (refused.size === 0) return
  replaceRows(
    range,
    rows.filter((row) => !refused.has(row)).map(({ bytes }) => bytes),
  )
  for (const [row, message] of refused) {
    const { site_id: site, event_id: eventId } = row.event
    recentIds.remove(site, idWordsOf(eventId))
    const books = booksOf(range, site)
    books.rows -= 1
    books.dead += 1
    addDead(range, toDeadLine(row, message === '' ? refusal : message))
  }
}

/** The refused rows, each with what ClickHouse said of it. */
async function findRefused(
  inserts: ShortRequests,
  source: Source,
  rows: EventRow[],
): Promise<Map<EventRow, string>> {
  const refusal = await tryRows(inserts, source, rows)
  if (refusal === null) return new Map()
  const [only] = rows
  if (rows.length === 1 && only !== undefined) return new Map([[only, refusal]])
  const half = Math.ceil(rows.length / 2)
  return new Map([
    ...(await findRefused(inserts, source, rows.slice(0, half))),
    ...(await findRefused(inserts, source, rows.slice(half))),
  ])
}

/** What ClickHouse says against these rows; null where it takes them. */
async function tryRows(inserts: ShortRequests, source: Source, rows: EventRow[]): Promise<string | null> {
  if (rows.length === 0) return null
  try {
    await insertLines(inserts, {
      target: trialTarget,
      lines: [Buffer.concat(rows.map(({ bytes }) => bytes))],
      lineCount: 0,
      token: randomUUID(),
      topicId: source.topicId,
      storedAt: 0,
      deadline: never,
      name: 'tallyline-trial/',
    })
    return null
  } catch (error) {
    if (!isRefusedRows(error) || !(error instanceof Error)) throw error
    return error.message.slice(0, 500)
  }
}

function toDeadLine({ offset, line, receivedAt, event }: EventRow, message: string): DeadLine {
  return {
    raw: Buffer.from(toLine(event)),
    reason: 'refused',
    field: '',
    message: `ClickHouse refuses it: ${message}`,
    key: Buffer.from(event.site_id),
    offset,
    line,
    receivedAt,
  }
}
