// The events that every layout is filled with, in the order they are received: a year of dates, most of them of one site.
import type { BenchStack } from '../stack/bench-stack.ts'

/** A database that outlives those of the layouts. */
const sourceDatabase = 'tallyline_bench_source'
export const source = `${sourceDatabase}.events`

/** The site that four of five events belong to, and one of the fifty others. */
export const hotSite = 'hot'
export const smallSite = 'site-7'

/** The first day, UTC; the last is 364 days later. */
export const firstDay = Date.UTC(2025, 0, 1)
export const days = 365
const yearMs = days * 86_400_000

/** Three of ten events have properties: a few keys that most have, one that many have values of. */
const properties = `if(number % 10 < 3, concat('{"plan":"', ['free','pro','team'][1 + cityHash64(number, 5) % 3],
  '","price":', toString(cityHash64(number, 6) % 10000), ',"campaign":"c', toString(cityHash64(number, 7) % 500), '"}'), '{}')`

/** Low numbers come up far more often. */
const skewed = (limit: number, salt: number) =>
  `toString(toUInt32(floor(pow(${limit}, (cityHash64(number, ${salt}) % 1000000) / 1000000))))`

export async function fillSource(stack: BenchStack, rows: number): Promise<void> {
  await dropSource(stack)
  await stack.run(`CREATE DATABASE ${sourceDatabase} ENGINE = Atomic`)
  await stack.run(`CREATE TABLE ${source} ENGINE = MergeTree ORDER BY number AS
    SELECT number,
      if(cityHash64(number, 1) % 5 < 4, '${hotSite}', concat('site-', toString(cityHash64(number, 2) % 50))) AS site_id,
      if(number % 20 = 0, 'click', 'page_view') AS event_type,
      concat('/articles/', ${skewed(17_000, 3)}) AS path,
      concat('user-', ${skewed(2_000_000, 4)}) AS user_id,
      fromUnixTimestamp64Milli(${firstDay} + toInt64(number * ${yearMs / rows}) + cityHash64(number, 8) % 3000, 'UTC') AS timestamp,
      generateUUIDv4() AS event_id,
      timestamp + toIntervalMillisecond(3000) AS received_at,
      if(number % 3 = 0, concat('https://search.example/?q=', ${skewed(5000, 9)}), '') AS referrer,
      ${properties} AS properties,
      toUUID('6ba7b810-9dad-41d1-80b4-00c04fd430c8') AS kafka_topic_id,
      toUInt32(cityHash64(site_id) % 6) AS kafka_partition,
      intDiv(number, 40) AS kafka_offset,
      toUInt32(number % 40) AS kafka_line
    FROM numbers(${rows})`)
}

export async function dropSource(stack: BenchStack): Promise<void> {
  await stack.run(`DROP DATABASE IF EXISTS ${sourceDatabase} SYNC`)
}
