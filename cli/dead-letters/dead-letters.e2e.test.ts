// What could not be stored can be seen, and sent again once it can be: counted once, whatever is broken off or done twice.
import { describe, expect, it } from 'vitest'
import { createReplayMarks } from '../../clickhouse/dead-letter-replays.ts'
import { queryLetters } from '../../clickhouse/dead-letters.ts'
import { openRecordSender, type RecordSender } from '../../kafka/record-sender.ts'
import { event, id, start } from '../../test/support/audited-topic.ts'
import { rowsOf } from '../../test/support/fresh.ts'
import { startTestConsumer, until } from '../../test/support/pipeline.ts'
import { runToEnd } from '../../test/support/process.ts'
import { newTally, replay } from './replay.ts'

const anonymous = '{"site_id":"c","event_type":"view","path":"/c"}'

/** Four dead letters: an event under the wrong key, one without a key, one without an id, and nonsense. */
async function startWithLetters() {
  const started = await start()
  const { kafka, settings, groupId, clickhouse, env } = started
  await started.produce([
    { key: 'wrong', value: event('a', 1) },
    { key: null, value: event('b', 2), partition: 0 },
    { key: 'wrong', value: `nonsense \u001b[2J\n${anonymous}` },
    { key: 'a', value: event('a', 3) },
  ])
  await startTestConsumer(kafka, settings, groupId)
  await started.untilBooked(5)
  const command = (...args: string[]) => runToEnd('cli/dead-letters/main.ts', env, args)
  const events = () =>
    rowsOf<object>(clickhouse, 'SELECT site_id, path, count() AS rows FROM events GROUP BY ALL ORDER BY ALL')
  const replayOnce = async (failing: boolean, other?: Pick<RecordSender, 'send'>) => {
    const sender = await openRecordSender(started.client, started.topic)
    const filter = { reason: null, site: null, since: null, places: null }
    const marks = createReplayMarks(clickhouse)
    const parts = {
      letters: queryLetters(clickhouse, filter),
      sender: other ?? sender,
      marks: failing ? { ...marks, sent: () => Promise.reject(new Error('died')) } : marks,
      force: false,
      onProgress: () => undefined,
    }
    await replay(parts, newTally()).finally(() => sender.close())
  }
  return { ...started, dead: command, events, replayOnce }
}

const stored = [
  { site_id: 'a', path: '/1', rows: 1 },
  { site_id: 'a', path: '/3', rows: 1 },
  { site_id: 'b', path: '/2', rows: 1 },
  { site_id: 'c', path: '/c', rows: 1 },
]

describe('npm run dead-letters', () => {
  it('lists them by kind and one by one, and shows all there is to say', async () => {
    const { dead } = await startWithLetters()
    const { output, code } = await dead('list')
    expect(output).toMatch(/\n {2}key_mismatch +site_id +wrong +2 +0 +0 +20\S+ +\d:\d:\d\n/)
    expect(output).toMatch(/\n {2}missing_key +site_id +1 +0 +0 /)
    expect(output).toMatch(/\n\n4 open\n$/)
    expect(code).toBe(0)
    const all = await dead('list', '--all', '--reason', 'json', '--since', '1h')
    const [place = '', time, ...rest] = all.output.trim().split('\t')
    expect([time, ...rest]).toEqual([expect.stringMatching(/^20/), 'open', 'json', '', 'wrong'])
    const shown = await dead('show', place)
    expect(shown.output).toMatch(/^key +wrong\nreason +json\n/m)
    expect(shown.output).toMatch(/^if sent +set aside again: the line is not JSON/m)
    expect(shown.output).toMatch(/^raw, 13 bytes +nonsense \\u001b\[2J$/m)
    expect((await dead('list', '--site', 'nobody')).output).toBe('No dead letters.\n')
    expect(await dead('show', '5:999:0')).toMatchObject({ code: 1 })
    expect(await dead('replay', '5:999:0')).toMatchObject({ code: 1 })
    expect((await dead('replay', '5:999:0', '--dry-run')).output).toContain('no dead letter at 5:999:0')
    expect(await dead('list', '--sight')).toEqual({
      code: 2,
      output: "Unknown option '--sight'. See npm run dead-letters -- --help\n",
    })
  })

  it('says what a replay would do, does it once, and never again', async () => {
    const { dead, events, untilBooked, look, clickhouse } = await startWithLetters()
    const tried = await dead('replay', '--dry-run')
    expect(tried.output).toMatch(
      /^Would be sent: 3\nLeft out, .*:\n {2}1 json, such as \d:\d:0: the line is not JSON/,
    )
    expect(tried.code).toBe(1)
    expect(await events()).toEqual([stored[1]])
    const before = Date.now()
    expect((await dead('replay')).output).toMatch(/^Sent: 3\nLeft out, /)
    await untilBooked(8)
    expect(await events()).toEqual(stored)
    const [times] = await rowsOf(
      clickhouse,
      `SELECT max(toUnixTimestamp64Milli(timestamp)) < ${before} AS isKept FROM events`,
    )
    expect(times).toEqual({ isKept: 1 })
    expect((await dead('replay')).output).toMatch(/^Sent: 0\nSent before: 3\nLeft out, /)
    expect((await dead('list')).output).toMatch(/\n\n1 open\n$/)
    expect((await dead('list', '--all')).output.split('replayed')).toHaveLength(4)
    const { verdict } = await look()
    expect(verdict).toBe(
      'balanced: 8 lines in the topic = 4 rows + 0 duplicates + 4 dead letters + 0 in flight',
    )
  })

  it('counts once what was broken off between sending and marking, and sent again', async () => {
    const { dead, events, untilBooked, replayOnce, look } = await startWithLetters()
    await expect(replayOnce(true)).rejects.toThrow('died')
    expect((await dead('list')).output).toMatch(/ key_mismatch +site_id +wrong +0 +2 +0 /)
    expect((await dead('replay')).output).toMatch(/^Sent: 3\n/)
    await untilBooked(11)
    expect(await events()).toEqual(stored)
    expect((await look()).verdict).toBe(
      'balanced: 11 lines in the topic = 4 rows + 3 duplicates + 4 dead letters + 0 in flight',
    )
  })

  it('shows as open what Kafka refuses for its size, which is certainly not sent', async () => {
    const { dead, replayOnce } = await startWithLetters()
    await replayOnce(false, { send: (records) => Promise.resolve(records.map(() => null)) })
    expect((await dead('list')).output).toMatch(/\n {2}key_mismatch +site_id +wrong +2 +0 +0 +20/)
    expect((await dead('list', '--all')).output.split('\topen\t')).toHaveLength(5)
  })

  it('counts once what two replays send at the same time', async () => {
    const { events, look, replayOnce } = await startWithLetters()
    await Promise.all([replayOnce(false), replayOnce(false)])
    await replayOnce(false)
    await until(async () => (await look()).verdict.endsWith(' + 0 in flight'))
    expect(await events()).toEqual(stored)
  })

  it('sends what ClickHouse refused, once it takes it', async () => {
    const { kafka, settings, groupId, command, produce, untilBooked, events, env } = await start().then(
      (started) => ({
        ...started,
        events: () => rowsOf(started.clickhouse, 'SELECT path, event_id FROM events ORDER BY path'),
      }),
    )
    const setType = async (type: string) => {
      for (const table of ['events', 'events_trial'])
        await command(`ALTER TABLE ${table} MODIFY COLUMN path ${type}`)
    }
    await setType('Int32')
    await startTestConsumer(kafka, settings, groupId)
    await produce([{ key: 'a', value: event('a', 7) }])
    await untilBooked(1)
    expect(await events()).toEqual([])
    await setType('String')
    expect((await runToEnd('cli/dead-letters/main.ts', env, ['replay'])).output).toBe('Sent: 1\n')
    await untilBooked(2)
    expect(await events()).toEqual([{ path: '/7', event_id: id(7) }])
  })

  it('sends as it came what would be set aside again, if forced', async () => {
    const { dead, untilBooked, clickhouse } = await startWithLetters()
    expect(await dead('replay', '--force', '--reason', 'json')).toEqual({
      code: 0,
      output: 'Sent: 1\n  of these 1 that will be set aside again\n',
    })
    await untilBooked(6)
    const letters = await rowsOf(
      clickhouse,
      "SELECT count() AS n, uniqExact(raw) AS raws FROM dead_letters WHERE reason = 'json'",
    )
    expect(letters).toEqual([{ n: 2, raws: 1 }])
    expect((await dead('list')).output).toMatch(/\n {2}json +wrong +1 +0 +1 /)
  })

  it('ends with 2 where it cannot reach what it needs', async () => {
    const { env } = await startWithLetters()
    const run = (overrides: object) =>
      runToEnd('cli/dead-letters/main.ts', { ...env, ...overrides }, ['replay'])
    const noKafka = await run({ KAFKA_BROKERS: '127.0.0.1:1' })
    expect(noKafka.output).toMatch(/^Not finished: .* \(Kafka 127\.0\.0\.1:1; /)
    expect([noKafka.code, (await run({ CLICKHOUSE_URL: 'http://127.0.0.1:1' })).code]).toEqual([2, 2])
  })
})
