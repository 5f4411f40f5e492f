// Counts a few events that came as they are.
import { RowReader } from './row-binary.ts'
import type { Stats, StatsScope } from './stats-queries.ts'

const bytesOfHash = 16

/** What `events` has as `user_hash` of an event without a user: SipHash-128 of nothing, as it stands in RowBinary. */
const noUser = Buffer.from('32b5c1db56a683e9e5b5b6a8cbed11f7', 'hex').toString('latin1')

/**
 * @param rows RowBinary: path, hash of the user, event type
 * @param most where there are more, they are not counted: null
 */
export function countFew(
  rows: Buffer,
  most: number,
  { viewTypes, limit }: Pick<StatsScope, 'viewTypes' | 'limit'>,
): Stats | null {
  const reader = new RowReader(rows)
  const users = new Set<string>()
  const paths = new Map<string, number>()
  let [views, events] = [0, 0]
  while (reader.at < rows.length) {
    const path = reader.text()
    const user = reader.bytes(bytesOfHash)
    const isView = viewTypes.includes(reader.text())
    events += 1
    if (!isView) continue
    views += 1
    if (user !== noUser) users.add(user)
    if (path !== '') paths.set(path, (paths.get(path) ?? 0) + 1)
  }
  if (events > most) return null
  const top_paths = mostViewed(paths, limit)
  return { total_views: views, unique_users: users.size, total_events: events, top_paths }
}

function mostViewed(paths: ReadonlyMap<string, number>, limit: number): Stats['top_paths'] {
  return [...paths]
    .map(([path, views]) => ({ path, views }))
    .sort((left, right) => right.views - left.views || compareBytes(left.path, right.path))
    .slice(0, limit)
}

/** As ClickHouse orders texts: by their bytes in UTF-8. */
function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
