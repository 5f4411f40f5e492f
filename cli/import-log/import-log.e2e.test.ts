// Promise: a log imported through the real services gives the numbers that a script counts in its text.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { generateLog } from '../../test/support/generate-log.ts'
import { get } from '../../test/support/http.ts'
import { startPipeline, until } from '../../test/support/pipeline.ts'

const lines = [...generateLog({ lines: 20_000, malformed: 3 })]

async function importLog(url: string): Promise<{ summary: string; code: number | null }> {
  const args = ['--import', 'tsx', 'cli/import-log/main.ts', '-', '--site', 'demo', '--url', url]
  const command = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  command.stdin.end(gzipSync(lines.join('\n')))
  const summary = text(command.stdout)
  const [code] = (await once(command, 'exit')) as [number | null]
  return { summary: await summary, code }
}

/** The ten most viewed paths, the views and the users, from the text alone. */
function countedByScript() {
  const views = lines.filter((line) => /"GET \S+ HTTP\/\S+" [123]\d\d /.test(line))
  const users = new Set(views.map((line) => `${line.split(' ')[0]} ${line.split('"').at(-2)}`))
  const paths = new Map<string, number>()
  for (const line of views) {
    const path = line.split(' ')[6]?.split('?')[0] ?? ''
    paths.set(path, (paths.get(path) ?? 0) + 1)
  }
  const most = [...paths].sort(
    ([a, left], [b, right]) => right - left || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  )
  const top_paths = most.slice(0, 10).map(([path, count]) => ({ path, views: count }))
  return { total_views: views.length, unique_users: users.size, total_events: 19_997, top_paths }
}

describe('importing a log through the real services', () => {
  it('gives the numbers that a script counts, also when it is imported again', async () => {
    const { ingestUrl, reportingUrl } = await startPipeline()
    const counted = countedByScript()
    const stats = async () => (await get(`${reportingUrl}/stats?site_id=demo`)).body
    const { summary, code } = await importLog(ingestUrl)
    expect(summary).toMatch(/sent {6}19,997\n {2}accepted {2}19,997\n {2}refused {3}0\n {2}malformed 3\n/)
    expect(code).toBe(1)
    await until(async () => (await stats())['total_events'] === counted.total_events)
    expect(await stats()).toMatchObject(counted)

    await importLog(ingestUrl)
    await until(() => isAllStored(stats))
    expect(await stats()).toMatchObject(counted)
  })
})

/** Whether nothing of the log waits any more. */
async function isAllStored(stats: () => Promise<Record<string, unknown>>): Promise<boolean> {
  return ((await stats())['lag'] as { records: number } | null)?.records === 0
}
