// The embedded ClickHouse.
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startClickHouseServer, type ClickHouseServer } from './clickhouse-server.ts'
import { becomes, freshFolder, isAlive, modulePath, recordedLog, runModule } from './fixtures.ts'

async function start(dataDir: string, port = 0): Promise<ClickHouseServer> {
  const { log } = recordedLog()
  const server = await startClickHouseServer({ dataDir, port, log, database: 'kept' })
  onTestFinished(() => server.kill())
  return server
}

/** What ClickHouse answers, as text. */
async function ask({ url }: { url: string }, query: string, user = 'migrator'): Promise<string> {
  const answer = await fetch(`${url}/?user=${user}`, { method: 'POST', body: query })
  return (await answer.text()).trim()
}

async function makeTable(server: ClickHouseServer): Promise<void> {
  await ask(server, 'CREATE DATABASE IF NOT EXISTS kept')
  await ask(server, 'CREATE TABLE kept.rows (n UInt64) ENGINE = MergeTree ORDER BY n')
  await ask(server, 'INSERT INTO kept.rows SELECT number FROM numbers(1000)')
}

const countRows = 'SELECT count() FROM kept.rows'

describe('the embedded ClickHouse', () => {
  it('keeps its rows when it is killed and when it is stopped, and comes back on its port', async () => {
    const dataDir = await freshFolder()
    const server = await start(dataDir)
    await makeTable(server)
    const pid = server.pid() ?? 0
    process.kill(pid, 'SIGKILL')
    expect(
      await becomes(
        () =>
          ask(server, countRows)
            .then((rows) => rows === '1000')
            .catch(() => false),
        30_000,
      ),
    ).toBe(true)
    expect(server.pid()).not.toBe(pid)
    await server.stop()

    const again = await start(dataDir)
    expect(await ask(again, countRows)).toBe('1000')
  })

  it('runs with the pools of a server, and waits no longer for open connections than it was told', async () => {
    const server = await start(await freshFolder())
    const names = ['background_pool_size', 'shutdown_wait_unfinished']
    const values = names.map((name) =>
      ask(server, `SELECT value FROM system.server_settings WHERE name = '${name}'`),
    )
    expect(await Promise.all(values)).toEqual(['16', '2'])
  })

  it('takes a free port where the wished one is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const server = await start(await freshFolder(), port)
    expect(server.url).not.toBe(`http://127.0.0.1:${port}`)
    expect(await ask(server, 'SELECT 1')).toBe('1')
  })

  it('ends when the process that started it is killed, also in the middle of a query', async () => {
    const { pid, reported } = await runModule(`
      const { startClickHouseServer } = await import(${modulePath('clickhouse-server.ts')})
      const { createLogger } = await import(${modulePath('../runtime/logger.ts')})
      const server = await startClickHouseServer({
        dataDir: ${JSON.stringify(await freshFolder())}, port: 0, database: 'kept',
        log: createLogger('test', 'silent') })
      report({ server: server.pid(), url: server.url })`)
    const url = String(reported['url'])
    const endless = 'SELECT sum(sleepEachRow(1)) FROM numbers(60) SETTINGS max_block_size = 1'
    const asking = ask({ url }, endless).catch(() => 'cut')
    process.kill(pid, 'SIGKILL')
    expect(await becomes(() => !isAlive(Number(reported['server'])), 8000)).toBe(true)
    await asking
  })
})

describe('the users of the embedded ClickHouse', () => {
  const refused = {
    reader: [
      'INSERT INTO kept.rows VALUES (1)',
      'DROP TABLE kept.rows',
      'TRUNCATE TABLE kept.rows',
      'ALTER TABLE kept.rows DELETE WHERE 1',
      'CREATE TABLE kept.more (n UInt64) ENGINE = Memory',
      'CREATE USER more',
      'SET readonly = 0',
      'SELECT 1 SETTINGS max_execution_time = 61',
      'SELECT 1 SETTINGS max_execution_time = 0',
      'SELECT 1 SETTINGS max_memory_usage = 4000000001',
      'SELECT 1 SETTINGS max_memory_usage = 0',
      "SELECT 1 SETTINGS timeout_overflow_mode = 'break'",
      'SELECT 1 SETTINGS allow_ddl = 1',
      "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a Int8')",
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      'SELECT * FROM system.query_log',
      'SELECT * FROM other.rows',
    ],
    writer: [
      'DROP TABLE kept.rows',
      'TRUNCATE TABLE kept.rows',
      'CREATE TABLE kept.more (n UInt64) ENGINE = Memory',
      'CREATE USER more',
      'SELECT * FROM other.rows',
    ],
    default: [countRows, 'INSERT INTO kept.rows VALUES (1)', 'CREATE DATABASE more', 'CREATE USER more'],
  }
  const allowed = {
    reader: [
      [countRows, '1000'],
      ["SELECT name FROM system.tables WHERE database = 'kept'", 'rows'],
      ['SELECT 1 SETTINGS max_execution_time = 5, max_memory_usage = 1000000000', '1'],
      ['SELECT max(number) FROM (SELECT number FROM numbers(20000000))', '19999999'],
    ],
    writer: [
      ['INSERT INTO kept.rows SELECT n FROM input(\'n UInt64\') FORMAT JSONEachRow {"n": 1}', ''],
      [countRows, '1001'],
      ["SELECT count() > 0 FROM system.processes WHERE user = 'writer'", '1'],
      ["KILL QUERY WHERE query_id = 'none of these' SYNC", ''],
    ],
  }

  it('may do what they are for and no more', async () => {
    const server = await start(await freshFolder())
    await makeTable(server)
    await ask(server, 'CREATE DATABASE other')
    await ask(server, 'CREATE TABLE other.rows (n UInt64) ENGINE = Memory')
    for (const [user, queries] of Object.entries(refused)) {
      for (const query of queries)
        expect(await ask(server, query, user), `${user}: ${query}`).toMatch(/^Code: \d+/)
    }
    for (const [user, queries] of Object.entries(allowed)) {
      for (const [query = '', answer] of queries) expect(await ask(server, query, user), query).toBe(answer)
    }
    const byHand = await fetch(`${server.url}/?user=reader&database=kept`, {
      method: 'POST',
      body: 'SELECT 1',
    })
    expect(await byHand.text()).toBe('1\n')
  })

  it('may end a query of their own', async () => {
    const server = await start(await freshFolder())
    const slow = fetch(`${server.url}/?user=writer&query_id=slow`, {
      method: 'POST',
      body: 'SELECT sum(sleepEachRow(1)) FROM numbers(60) SETTINGS max_block_size = 1',
    })
    const isRunning = "SELECT count() FROM system.processes WHERE query_id = 'slow'"
    expect(await becomes(async () => (await ask(server, isRunning, 'writer')) === '1')).toBe(true)
    await ask(server, "KILL QUERY WHERE query_id = 'slow' SYNC", 'writer')
    expect(await (await slow).text()).toContain('QUERY_WAS_CANCELLED')
  })
})
