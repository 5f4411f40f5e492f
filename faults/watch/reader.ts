// Looks at the table while the run goes on, as a reader may: an event that is there twice at any instant is a fault
// of Tallyline.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { rowsOf } from './stores.ts'

export interface Looks {
  /** How many were answered. */
  good: number
  /** How many of those saw the whole table. */
  whole: number
  /** How many were not answered. */
  failed: number
  /** Events that were seen twice. */
  doubled: SeenTwice[]
}

export interface SeenTwice {
  time: string
  site_id: string
  event_id: string
  copies: number
  /** partition:offset:line of each copy. */
  places: string[]
}

export interface Reader {
  looks: Looks
  stop: () => Promise<void>
}

const pauseMs = 2000
const mostTold = 5
const wholeEveryMs = 60_000

/** A whole table of more rows than this costs too much to be looked at again and again. */
const mostWholeRows = 20_000_000

/** Events of the last minutes, by the time of their record. */
const recent = 'received_at > now() - INTERVAL 3 MINUTE'

/** @param onDoubled told of the first few */
export function startReader(clickhouse: ClickHouse, onDoubled: (seen: SeenTwice) => void): Reader {
  const looks: Looks = { good: 0, whole: 0, failed: 0, doubled: [] }
  const stopping = new AbortController()
  let wholeAt = performance.now()

  const look = async () => {
    const isWhole = performance.now() - wholeAt > wholeEveryMs
    if (isWhole) wholeAt = performance.now()
    const where = isWhole && (await countRows(clickhouse)) <= mostWholeRows ? '1' : recent
    const [found] = await rowsOf<{ rows: number; ids: number }>(
      clickhouse,
      `SELECT count() AS rows, uniqExact(event_id) AS ids FROM events WHERE ${where}`,
    )
    looks.good += 1
    if (where === '1') looks.whole += 1
    if (!found || found.rows === found.ids) return
    const known = new Set(looks.doubled.map(({ event_id }) => event_id))
    for (const seen of await seenTwice(clickhouse, where)) {
      if (known.has(seen.event_id)) continue
      looks.doubled.push(seen)
      if (looks.doubled.length <= mostTold) onDoubled(seen)
    }
  }
  const run = async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => (looks.failed += 1))
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    looks,
    stop: () => {
      stopping.abort()
      return running
    },
  }
}

async function countRows(clickhouse: ClickHouse): Promise<number> {
  const [row] = await rowsOf<{ rows: number }>(clickhouse, 'SELECT count() AS rows FROM events')
  return row?.rows ?? 0
}

/** The first hundred. */
function seenTwice(clickhouse: ClickHouse, where: string): Promise<SeenTwice[]> {
  return rowsOf<SeenTwice>(
    clickhouse,
    `SELECT toString(now64(3)) AS time, any(site_id) AS site_id, toString(event_id) AS event_id, count() AS copies,
        groupArray(concat(toString(kafka_partition), ':', toString(kafka_offset), ':', toString(kafka_line))) AS places
      FROM events WHERE ${where} GROUP BY event_id HAVING copies > 1 ORDER BY event_id LIMIT 100`,
  )
}
