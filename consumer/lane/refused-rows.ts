// Finds the rows for which ClickHouse refuses an insert, by trying halves on a table that keeps nothing, and makes
// dead letters of them: one poisoned row costs only itself.
import { randomUUID } from 'node:crypto'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { isRefusedRows } from '../../clickhouse/errors.ts'
import { insertLines, trialTarget, type Source } from '../../clickhouse/insert-lines.ts'
import { seenEvent, type RecentIds } from '../recent-ids/recent-ids.ts'
import type { DeadLine } from './record.ts'
import { readRow } from './row-place.ts'
import { booksOf, replaceRows, rowTexts, type Range } from './range.ts'

/** Later than any clock says: a trial needs no fence, since nothing comes of it. */
const never = 4_294_967_295

/**
 * Moves the rows that ClickHouse refuses from the rows to the dead letters. None where it takes them all now. The window
 * forgets their events: one that comes again, such as a dead letter that is sent again, is not stored yet.
 * @param refusal what ClickHouse said, for rows that it does not say more of
 * @throws what else goes wrong while trying
 */
export async function setAsideRefused(
  clickhouse: ClickHouse,
  source: Source,
  range: Range,
  recentIds: Pick<RecentIds, 'remove'>,
  refusal: string,
): Promise<void> {
  const texts = rowTexts(range)
  const refused = await findRefused(clickhouse, source, texts)
  if (refused.size === 0) return
  replaceRows(
    range,
    texts.filter((text) => !refused.has(text)),
  )
  for (const [text, message] of refused) {
    const row = readRow(text)
    const { site_id: site, event_id: eventId } = JSON.parse(row.event) as {
      site_id: string
      event_id: string
    }
    recentIds.remove(seenEvent(site, eventId, 0))
    const dead = toDeadLine(row, site, message === '' ? refusal : message)
    const books = booksOf(range, site)
    books.rows -= 1
    books.dead += 1
    range.dead.push(dead)
    range.bytes += text.length
  }
}

/** The refused rows, each with what ClickHouse said of it. */
async function findRefused(
  clickhouse: ClickHouse,
  source: Source,
  texts: string[],
): Promise<Map<string, string>> {
  const refusal = await tryRows(clickhouse, source, texts)
  if (refusal === null) return new Map()
  const [only] = texts
  if (texts.length === 1 && only !== undefined) return new Map([[only, refusal]])
  const half = Math.ceil(texts.length / 2)
  return new Map([
    ...(await findRefused(clickhouse, source, texts.slice(0, half))),
    ...(await findRefused(clickhouse, source, texts.slice(half))),
  ])
}

/** What ClickHouse says against these rows; null where it takes them. */
async function tryRows(clickhouse: ClickHouse, source: Source, texts: string[]): Promise<string | null> {
  if (texts.length === 0) return null
  try {
    await insertLines(clickhouse, {
      target: trialTarget,
      lines: [Buffer.from(texts.join(''))],
      lineCount: 0,
      token: randomUUID(),
      constants: { ...source },
      deadline: never,
      name: 'tallyline-trial/',
    })
    return null
  } catch (error) {
    if (!isRefusedRows(error) || !(error instanceof Error)) throw error
    return error.message.slice(0, 500)
  }
}

function toDeadLine(
  { offset, line, receivedAt, event }: ReturnType<typeof readRow>,
  site: string,
  message: string,
): DeadLine {
  return {
    raw: Buffer.from(event),
    reason: 'refused',
    field: '',
    message: `ClickHouse refuses it: ${message}`,
    key: Buffer.from(site),
    offset,
    line,
    receivedAt,
  }
}
