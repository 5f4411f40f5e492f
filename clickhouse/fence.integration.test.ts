import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { rowOf } from '../test/support/event-rows.ts'
import { freshDatabase, openRequests, rowsOf } from '../test/support/fresh.ts'
import { readStoreClock } from '../test/support/store-clock.ts'
import type { ClickHouse } from './client.ts'
import { insertLines, nameInsert, partsOfNames } from './insert-lines.ts'
import { eventsTarget } from './insert-targets.ts'
import { endInserts, lookForInserts, queryStoredEvents } from './look.ts'

const source = { topic: 'events', topicId: '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b', partition: 3 }
const span = { first: 7, last: 9 }
const storedAt = 1_763_110_000

/** One row a month. */
function insertOf(months: number[], deadline: number) {
  const lines = months.map((month, line) =>
    rowOf({ site_id: 's', timestamp: Date.UTC(2025, month, 2) }, { line }),
  )
  return {
    target: eventsTarget,
    lines,
    lineCount: lines.length,
    token: `t${deadline}`,
    deadline,
    topicId: source.topicId,
    storedAt,
    name: nameInsert('test', source, [{ partition: 3, ...span }]),
  }
}

async function start() {
  const { settings, clickhouse } = await freshDatabase()
  await clickhouse.command({
    query: 'ALTER TABLE events MODIFY SETTING non_replicated_deduplication_window = 0',
  })
  return { settings, clickhouse, inserts: openRequests(settings) }
}

const countOf = async (clickhouse: ClickHouse) =>
  (await rowsOf<{ n: number }>(clickhouse, 'SELECT count() AS n FROM events'))[0]?.n

describe('the fence of an insert', () => {
  it('lets a block through before the deadline, of one month or several', async () => {
    const { clickhouse, inserts } = await start()
    const deadline = Math.ceil(await readStoreClock(clickhouse)) + 30
    await insertLines(inserts, insertOf([0], deadline))
    await insertLines(inserts, insertOf([0, 1, 2], deadline))
    expect(await countOf(clickhouse)).toBe(4)
  })

  it('refuses a block after it, says so, and writes nothing', async () => {
    const { clickhouse, inserts } = await start()
    const deadline = Math.floor(await readStoreClock(clickhouse))
    const failure: unknown = await insertLines(inserts, insertOf([0, 1], deadline)).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: '469' })
    expect(await countOf(clickhouse)).toBe(0)
  })

  it.each(['direct', 'converting'] as const)(
    'refuses a block that was begun before the deadline and arrived whole after it, in the %s way',
    async (way) => {
      const { settings, clickhouse } = await start()
      const slow = await sendSlowly(clickhouse, settings, 2, way)
      await sleep(3000)
      const [response] = await slow.finish()
      expect(response.statusCode).toBe(500)
      expect(await countOf(clickhouse)).toBe(0)
    },
  )

  it('writes nothing of a block whose connection was cut in the middle', async () => {
    const { settings, clickhouse } = await start()
    const slow = await sendSlowly(clickhouse, settings, 1000)
    const look = () => lookForInserts(clickhouse, slow.names)
    while (!(await look()).isRunning) await sleep(20)
    slow.cut()
    while ((await look()).isRunning) await sleep(20)
    expect(await countOf(clickhouse)).toBe(0)
  })
})

describe('a look', () => {
  it('sees an insert that still runs, and can end it', async () => {
    const { settings, clickhouse } = await start()
    const slow = await sendSlowly(clickhouse, settings, 1000)
    const look = () => lookForInserts(clickhouse, slow.names)
    while (!(await look()).isRunning) await sleep(20)
    await endInserts(clickhouse, slow.names)
    slow.cut()
    while ((await look()).isRunning) await sleep(20)
    expect(await countOf(clickhouse)).toBe(0)
  })

  it('tells which lines are stored from an offset and a moment on, of that partition and topic alone', async () => {
    const { clickhouse, inserts } = await start()
    const deadline = Math.ceil(await readStoreClock(clickhouse)) + 30
    await insertLines(inserts, insertOf([0, 1], deadline))
    const lines = (changed: object, from = 7, since = storedAt) =>
      queryStoredEvents(clickhouse, { ...source, ...changed }, from, since)
    expect((await lines({})).sort((a, b) => a.line - b.line)).toMatchObject([
      { offset: 7, line: 0, site: 's', timestamp: Date.UTC(2025, 0, 2), receivedAt: 1763110000123 },
      { offset: 7, line: 1, site: 's', timestamp: Date.UTC(2025, 1, 2) },
    ])
    expect(await lines({}, 7, 0)).toHaveLength(2)
    expect(await lines({}, 8)).toEqual([])
    expect(await lines({}, 7, storedAt + 1)).toEqual([])
    expect(await lines({ partition: 4 })).toEqual([])
    expect(await lines({ topicId: '00000000-0000-0000-0000-000000000000' })).toEqual([])
  })
})

/** Begins an insert by hand: its first row, many times, goes out at once, the end of its body when the test says so. */
async function sendSlowly(
  clickhouse: ClickHouse,
  { url, user, password, database }: { url: string; user: string; password: string; database: string },
  seconds: number,
  way: 'direct' | 'converting' = 'direct',
) {
  const deadline = Math.ceil(await readStoreClock(clickhouse)) + seconds
  const { target, lines } = insertOf([0, 1], deadline)
  const insertName = nameInsert(database, source, [
    { partition: 2, first: 0, last: 5 },
    { partition: 3, ...span },
  ])
  const { query, head } = target[way]
  const address = new URL(url)
  for (const [name, value] of Object.entries({
    query,
    database,
    query_id: `${insertName}${deadline}/${Math.random()}`,
    async_insert: '0',
    user,
    password,
    log_comment: JSON.stringify({ insert_until: deadline }),
    input_format_parallel_parsing: '0',
    input_format_binary_read_json_as_string: '1',
  })) {
    address.searchParams.set(name, value)
  }
  const sending = request(address, { method: 'POST', agent: false })
  sending.on('error', () => undefined)
  const answered = once(sending, 'response') as Promise<[{ statusCode: number; resume: () => void }]>
  answered.catch(() => undefined)
  // ClickHouse begins a query only when it has read as much as a query's text may be long.
  const row = lines[0] ?? Buffer.alloc(0)
  sending.write(
    Buffer.concat([head, ...Array.from({ length: Math.ceil(3_000_000 / row.length) }, () => row)]),
  )
  return {
    names: partsOfNames(database, source),
    finish: async () => {
      sending.end(lines[1])
      const [response] = await answered
      response.resume()
      return [response] as const
    },
    cut: () => sending.destroy(),
  }
}
