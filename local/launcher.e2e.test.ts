// `npm start`, as a user has it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRunningStack, type RunningStack } from '../runtime/running-stack.ts'
import { becomes, familyOf, isAlive } from './fixtures.ts'
import { apiVersions, askKafka } from './kafka-request.ts'
import { startLauncher, type LauncherProcess } from './launcher-process.ts'

const endings: (() => unknown)[] = []
let dataDir: string
let launcher: LauncherProcess
let stack: RunningStack

async function launch(): Promise<void> {
  launcher = await startLauncher(dataDir, {}, (end) => endings.push(end))
  await launcher.ready()
  const running = readRunningStack(dataDir)
  if (!running) throw new Error('the running stack is not found')
  stack = running
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tallyline-start-'))
  await launch()
})

afterAll(async () => {
  for (const end of endings) await end()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

/** Sends a view of a site; gives the status. */
async function sendView(site: string): Promise<number> {
  const answer = await fetch(`${stack.ingest}/event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site_id: site, event_type: 'view' }),
  })
  return answer.status
}

async function viewsOf(site: string): Promise<number> {
  const answer = await fetch(`${stack.reporting}/stats?site_id=${site}`)
  return ((await answer.json()) as { total_views: number }).total_views
}

const counts = (site: string, views: number) =>
  becomes(
    () =>
      viewsOf(site)
        .then((found) => found === views)
        .catch(() => false),
    60_000,
  )

/** Each process, by what `ps` shows of it, and whether it answers where it answered before. */
const parts: [name: string, answers: () => Promise<unknown>][] = [
  ['ingest/main', () => fetch(`${stack.ingest}/livez`)],
  ['consumer/main', () => fetch(`${stack.consumer}/livez`)],
  ['reporting/main', () => fetch(`${stack.reporting}/livez`)],
  ['kafka.Kafka', () => askKafka(Number(stack.brokers[0]?.split(':')[1]), apiVersions)],
  ['local/clickhouse-process', () => fetch(`${stack.clickhouse.url}/ping`)],
]

const pidsOf = (name: string) =>
  familyOf(launcher.pid)
    .filter(({ command }) => command.includes(name) && !command.includes('--watch'))
    .map(({ pid }) => pid)

describe('npm start', () => {
  it('prints one line on standard output, with every address', () => {
    expect(launcher.stdout()).toBe(
      `Ready in ${/[\d.]+/.exec(launcher.stdout())?.[0]} s · ingest ${stack.ingest} · reporting ${stack.reporting} · kafka ${stack.brokers[0]} · clickhouse ${stack.clickhouse.url} · data ${dataDir}\n`,
    )
  })

  it('counts what it takes', async () => {
    expect(await sendView('first')).toBe(202)
    expect(await counts('first', 1)).toBe(true)
  })

  it('lets anyone on this machine read the tables', async () => {
    const url = `${stack.clickhouse.url}/?user=reader&database=analytics`
    const answer = await fetch(url, { method: 'POST', body: 'SELECT count() FROM events' })
    expect(await answer.text()).toBe('1\n')
  })

  it('runs each part as one process of its own', () => {
    for (const [name] of parts) expect(pidsOf(name), name).toHaveLength(1)
  })

  it('is refused a second time on the same data, in one sentence', async () => {
    const second = await startLauncher(dataDir)
    expect(await second.end()).toBe(1)
    expect(second.stderr()).toBe(
      `Tallyline is running on ${dataDir} already (process ${launcher.pid}): stop it first, or set DATA_DIR to another folder.\n`,
    )
  })

  it.each(parts)('starts %s again when it is killed, where it was', async (name, answers) => {
    const [before = 0] = pidsOf(name)
    process.kill(before, 'SIGKILL')
    expect(await becomes(() => !isAlive(before))).toBe(true)
    expect(
      await becomes(
        () =>
          answers().then(
            () => true,
            () => false,
          ),
        30_000,
      ),
    ).toBe(true)
    expect(pidsOf(name)).toHaveLength(1)
    expect(pidsOf(name)).not.toEqual([before])
    expect(launcher.stderr()).toContain('a process ended, it is started again')
  })

  it('counts what it takes after all of that, once', async () => {
    expect(await becomes(() => sendView('again').then((status) => status === 202), 30_000)).toBe(true)
    expect(await counts('again', 1)).toBe(true)
    expect(await viewsOf('first')).toBe(1)
  })

  it('leaves no process behind when it is killed, and finds its data at the next start', async () => {
    const family = familyOf(launcher.pid)
    expect(family.length).toBeGreaterThanOrEqual(10)
    await launcher.end('SIGKILL')
    expect(await becomes(() => family.every(({ pid }) => !isAlive(pid)), 8000)).toBe(true)
    expect(readRunningStack(dataDir)).toBeNull()
    await launch()
    expect(launcher.stderr()).toContain('consumers that were killed are out of their group')
    expect(await viewsOf('first')).toBe(1)
  })

  it('stops in the order data flows, without an error, and leaves nothing', async () => {
    const family = familyOf(launcher.pid)
    await sendView('last')
    expect(await launcher.end('SIGTERM')).toBe(0)
    const stopped = launcher.stderr().matchAll(/"service":"(\w+)","msg":"stopped"/g)
    expect([...stopped].map(([, service]) => service)).toEqual(['ingest', 'consumer', 'reporting'])
    expect(family.filter(({ pid }) => isAlive(pid))).toEqual([])
    expect(readRunningStack(dataDir)).toBeNull()
    await launch()
    expect(await counts('last', 1)).toBe(true)
  })

  it('ends everything at once on a second signal', async () => {
    const family = familyOf(launcher.pid)
    const consumer = pidsOf('consumer/main')[0] ?? 0
    process.kill(consumer, 'SIGSTOP')
    process.kill(launcher.pid, 'SIGINT')
    process.kill(launcher.pid, 'SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(isAlive(consumer)).toBe(true)
    expect(await launcher.end('SIGINT')).toBe(1)
    expect(await becomes(() => family.every(({ pid }) => !isAlive(pid)), 2000)).toBe(true)
  })
})
