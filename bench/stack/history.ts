// Events of former days, made inside ClickHouse: the same ones in the tables of both contenders.
import type { Contender } from '../contenders/services.ts'
import { usualTable } from '../contenders/usual-table.ts'
import type { BenchStack } from './bench-stack.ts'

const dayMs = 86_400_000

/** Days are counted from here, also by a run that goes on past midnight. */
const begunAt = Date.now()

/** A day, so many days ago, UTC. */
export function dayAgo(days: number): string {
  return new Date(begunAt - days * dayMs).toISOString().slice(0, 10)
}

export interface History {
  /** The first of the days, and how many there are; they end before today where the first is that many ago. */
  firstDay: string
  days: number
  rowsPerDay: number
  /** SQL: the site of the event `k` of a day, counted from 0. */
  site: string
}

/** Of 300,000 events of a day about 199,000 users and 16,000 paths come up, low numbers of paths far more often. */
const user = `concat('user-', toString(cityHash64(number, 1) % 340000))`
const path = `concat('/articles/', toString(toUInt32(floor(pow(17000, (cityHash64(number, 2) % 1000000) / 1000000)))))`

/** A day's events come evenly over the day, in the order they were received. */
function eventsOf({ firstDay, days, rowsPerDay, site }: History): string {
  return `SELECT number, number % ${rowsPerDay} AS k, ${site} AS site, ${user} AS user, ${path} AS path,
    toDateTime64('${firstDay} 00:00:00', 3, 'UTC') + toIntervalDay(intDiv(number, ${rowsPerDay}))
      + toIntervalMillisecond(intDiv(k * ${dayMs}, ${rowsPerDay})) AS time
    FROM numbers(${days * rowsPerDay})`
}

const intoUsual = (events: string) => `INSERT INTO ${usualTable} (event_id, site, type, path, user, time)
  SELECT toString(generateUUIDv4()), site, 'page_view', path, user,
    concat(replaceOne(toString(time), ' ', 'T'), 'Z')
  FROM (${events})`

/** As they would have come from records of 50 events each. */
const intoOurs = (events: string) => `INSERT INTO events
    (site_id, event_type, path, user_id, timestamp, event_id, received_at, referrer, properties,
     kafka_topic_id, kafka_partition, kafka_offset, kafka_line)
  SELECT site, 'page_view', path, user, time, generateUUIDv4(), time + toIntervalMillisecond(5), '', '{}',
    toUUID('6ba7b810-9dad-41d1-80b4-00c04fd430c8'), cityHash64(site) % 6, intDiv(number, 50), number % 50
  FROM (${events})`

/** Adds a history to the table of a contender. */
export async function fillHistory(stack: BenchStack, contender: Contender, history: History): Promise<void> {
  const events = eventsOf(history)
  await stack.run(contender === 'usual' ? intoUsual(events) : intoOurs(events))
}
