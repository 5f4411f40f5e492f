import { describe, expect, it } from 'vitest'
import { freshDatabase } from '../../test/support/fresh.ts'
import { queryBookedRanges, queryBreaks, queryLastBefore } from './booked-ranges.ts'
import { queryDifferingRanges } from './differing-ranges.ts'
import { queryTwiceIds, queryTwicePlaces } from './stored-twice.ts'
import { querySites, queryTableBalances } from './tables-against-books.ts'

const topicId = '11111111-0000-0000-0000-000000000000'
const unknown = '00000000-0000-0000-0000-000000000000'
const log = { topicId, partition: 1, ids: [topicId, unknown], cut: 1000 }

async function start() {
  const { clickhouse } = await freshDatabase()
  /** `rows` events of `site`, ten in each record, from offset `first` on. */
  const store = (site: string, first: number, rows: number, id = topicId) =>
    clickhouse.command({
      query: `INSERT INTO events (site_id, event_type, timestamp, event_id, received_at, kafka_topic_id,
          kafka_partition, kafka_offset, kafka_line)
        SELECT '${site}', 'view', now(), reinterpret(MD5(concat('${site}', toString(number + ${first * 10}))), 'UUID'),
          now(), '${id}', 1, ${first} + intDiv(number, 10), number % 10 FROM numbers(${rows})`,
    })
  const book = (site: string, first: number, last: number, rows: number, id = topicId) =>
    clickhouse.command({
      query: `INSERT INTO ranges (topic, topic_id, kafka_partition, first_offset, last_offset, site_id, lines, rows)
        VALUES ('events', '${id}', 1, ${first}, ${last}, '${site}', ${rows}, ${rows})`,
    })
  return { clickhouse, store, book }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('the tables against the books', () => {
  it('are added up by partition and site, rows of an earlier version among them', async () => {
    const { clickhouse, store, book } = await start()
    await store('a', 0, 100, unknown)
    await book('a', 0, 9, 100, unknown)
    await store('a', 10, 55)
    await store('b', 20, 10)
    await book('a', 10, 19, 60)
    await book('b', 20, 20, 10)
    await store('a', 1000, 30)
    expect(await queryTableBalances(clickhouse, [log])).toEqual([
      {
        topicId,
        partition: 1,
        lines: 170,
        duplicates: 0,
        rowsAbove: 30,
        deadAbove: 0,
        differing: 1,
        bookedRows: 170,
        storedRows: 165,
        bookedDead: 0,
        storedDead: 0,
        sites: [{ site: 'a', bookedRows: 160, storedRows: 155, bookedDead: 0, storedDead: 0 }],
      },
    ])
    const range = { isBooked: true, first: 10, last: 19, bookedRows: 60, storedRows: 55 }
    expect(await queryDifferingRanges(clickhouse, log, 'a', 9)).toEqual([
      { ...range, bookedDead: 0, storedDead: 0 },
    ])
    expect((await all(querySites(clickhouse, [log]))).map(({ site }) => site)).toEqual(['a', 'b'])
  })

  it('show rows that lie in no range', async () => {
    const { clickhouse, store, book } = await start()
    await store('a', 0, 10)
    await store('a', 7, 20)
    await store('a', 40, 10)
    await book('a', 7, 8, 20)
    expect(await queryDifferingRanges(clickhouse, log, 'a', 9)).toMatchObject([
      { isBooked: false, first: 0, last: 40, bookedRows: 0, storedRows: 20 },
    ])
  })
})

describe('the ranges of the books', () => {
  it('come in order, whole, page by page', async () => {
    const { clickhouse } = await start()
    await clickhouse.command({
      query: `INSERT INTO ranges (topic, topic_id, kafka_partition, first_offset, last_offset, site_id, lines, rows)
        SELECT 'events', '${topicId}', 1, intDiv(number, 7) * 3 AS first, first + 2, toString(number % 7), 1, 1
        FROM numbers(14000) ORDER BY rand()`,
    })
    const whole = { ...log, cut: 6000 }
    const ranges = await all(queryBookedRanges(clickhouse, 'events', whole, 3))
    expect(ranges.map(({ first }) => first)).toEqual(Array.from({ length: 1999 }, (_, n) => 3 + 3 * n))
    expect(ranges.every(({ sites }) => sites.size === 7)).toBe(true)
    expect(await queryBreaks(clickhouse, [whole], 9)).toEqual([])
    expect(await queryLastBefore(clickhouse, 'events', whole, 4)).toBe(5)
    expect(await queryLastBefore(clickhouse, 'events', whole, 0)).toBe(-1)
  })

  it('are shown where they do not follow each other', async () => {
    const { clickhouse, book } = await start()
    for (const [first = 0, last = 0] of [
      [5, 9],
      [10, 30],
      [12, 13],
      [31, 32],
      [40, 41],
    ])
      await book('a', first, last, 1)
    const breaks = await queryBreaks(clickhouse, [log], 9)
    expect(breaks.map(({ after, first, last }) => [after, first, last])).toEqual([
      [30, 12, 13],
      [-1, 5, 9],
      [32, 40, 41],
    ])
  })
})

describe('what is stored twice', () => {
  it('is found among events of many sites, however few are looked at at once', async () => {
    const { clickhouse, store } = await start()
    await store('big', 0, 95)
    for (const [index, site] of ['a', 'b', 'c', 'd'].entries()) await store(site, 100 + index, 10)
    for (const atOnce of [1, 10, 25, 1000]) expect(await queryTwiceIds(clickhouse, 9, atOnce)).toEqual([])
    await clickhouse.command({
      query: `INSERT INTO events (site_id, event_type, timestamp, event_id, received_at, kafka_partition, kafka_offset)
        SELECT site_id, 'again', timestamp - INTERVAL 50 DAY, event_id, received_at, 3, 7 FROM events
        WHERE (site_id = 'big' AND kafka_offset = 4 AND kafka_line = 2) OR (site_id = 'c' AND kafka_line = 9)
        UNION ALL SELECT 'other', 'same id, other site', timestamp, event_id, received_at, 3, 8 FROM events
        WHERE site_id = 'big' AND kafka_line = 1`,
    })
    for (const atOnce of [1, 10, 25, 1000]) {
      const found = await queryTwiceIds(clickhouse, 9, atOnce)
      expect(found.map(({ site, rows, places }) => [site, rows, places])).toEqual([
        [
          'big',
          2,
          [
            { partition: 1, offset: 4, line: 2 },
            { partition: 3, offset: 7, line: 0 },
          ],
        ],
        [
          'c',
          2,
          [
            { partition: 1, offset: 102, line: 9 },
            { partition: 3, offset: 7, line: 0 },
          ],
        ],
      ])
    }
    expect(await queryTwiceIds(clickhouse, 1, 10)).toHaveLength(1)
  })

  it('is found among the places of a topic, under either of its ids', async () => {
    const { clickhouse, store } = await start()
    await store('a', 0, 5000)
    const adoption = { topicId, partitions: [1] }
    expect(await queryTwicePlaces(clickhouse, adoption, 9)).toEqual([])
    await store('x', 77, 3)
    await store('y', 400, 2, unknown)
    const twice = { topicId, partition: 1, site: expect.any(String) as string, rows: 2, dead: 0 }
    const ofX = [0, 1, 2].map((line) => ({ ...twice, offset: 77, line }))
    const ofY = [0, 1].map((line) => ({ ...twice, offset: 400, line }))
    expect(await queryTwicePlaces(clickhouse, adoption, 9)).toEqual([...ofX, ...ofY])
    expect(await queryTwicePlaces(clickhouse, { topicId, partitions: [] }, 9)).toEqual(ofX)
    expect(await queryTwicePlaces(clickhouse, adoption, 2)).toHaveLength(2)
  })
})
