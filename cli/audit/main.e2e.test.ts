// The command as it is run: while events flow, what it prints, and the code it ends with.
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { postLines } from '../../test/support/http.ts'
import { startTestConsumer, startTestIngest, until, untilReady } from '../../test/support/pipeline.ts'
import { runToEnd } from '../../test/support/process.ts'
import { id, start, startStored } from '../../test/support/audited-topic.ts'

describe('npm run audit', () => {
  it('balances again and again while events flow, and after', async () => {
    const { kafka, settings, groupId, look } = await start()
    const ingest = await startTestIngest(kafka)
    await untilReady(ingest.url)
    await startTestConsumer(kafka, settings, groupId)
    const stopping = new AbortController()
    let sent = 0
    const sending = (async () => {
      while (!stopping.signal.aborted) {
        const lines = Array.from({ length: 40 }, (_, n) => ({
          site_id: `site-${n % 9}`,
          event_type: 'view',
          event_id: n % 10 === 0 ? id(n) : randomUUID(),
        }))
        if ((await postLines(`${ingest.url}/events`, lines)).status === 202) sent += lines.length
      }
    })()
    for (let round = 0; round < 5; round += 1) expect((await look()).texts).toEqual([])
    stopping.abort()
    await sending
    await until(async () =>
      (await look()).verdict.startsWith(`balanced: ${sent.toLocaleString('en-US')} lines`),
    )
    await until(async () => (await look()).verdict.endsWith(' + 0 in flight'))
  })

  it('prints tables, sites or JSON, and ends with 0, 1 or 2', async () => {
    const { env, command } = await startStored()
    const good = await runToEnd('cli/audit/main.ts', env, ['--sites'])
    expect(good.output).toMatch(/\n {2}all .* 12 +5 +2 +5 +0 +0\n/)
    expect(good.output).toMatch(/\n +4 +2 +3 +0 +0 {2}site a\n/)
    expect(good.output.trimEnd().split('\n').at(-1)).toMatch(/^balanced: 12 lines/)
    expect(good.code).toBe(0)
    await command(`DELETE FROM events WHERE event_id = '${id(3)}'`)
    const bad = await runToEnd('cli/audit/main.ts', env)
    expect(bad.output.trimEnd().split('\n').at(-1)).toMatch(
      /^NOT balanced: .* 1 row is missing: offset 0 line 3/,
    )
    expect(bad.code).toBe(1)
    const json = await runToEnd('cli/audit/main.ts', env, ['--json', '--sites'])
    expect(JSON.parse(json.output)).toMatchObject({
      balanced: false,
      total: { lines: 12, rows: 5, duplicates: 2, dead: 5, in_flight: 0, difference: 0 },
      findings: [
        { kind: 'missing', count: 1, site_id: 'a', lines: [{ offset: 0, line: 3, event_id: id(3) }] },
      ],
      sites: [{ site_id: '' }, { site_id: 'a', rows: 4, difference: 1 }, { site_id: 'b', dead: 1 }],
    })
    expect(json.code).toBe(1)
    const away = await runToEnd('cli/audit/main.ts', { ...env, CLICKHOUSE_URL: 'http://127.0.0.1:1' })
    expect(away.output).toMatch(/^The books could not be added up: .*ClickHouse http:\/\/127.0.0.1:1/)
    expect(away.code).toBe(2)
    expect((await runToEnd('cli/audit/main.ts', env, ['--sight'])).code).toBe(2)
  })
})
