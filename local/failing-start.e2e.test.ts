// Starts that cannot succeed: one plain sentence, exit code 1, nothing left.
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { freshFolder } from './fixtures.ts'
import { freePort } from './free-port.ts'
import { startLauncher } from './launcher-process.ts'

/** What a start says on standard error apart from what it does, and its exit code. */
async function failure(env: Record<string, string>, dataDir?: string): Promise<string> {
  const launcher = await startLauncher(dataDir ?? (await freshFolder()), env)
  const code = await launcher.end()
  expect(code).toBe(1)
  expect(launcher.stdout()).toBe('')
  const isProgress = /^(starting|fetching|migrating)/
  return launcher
    .stderr()
    .trim()
    .split('\n')
    .filter((line) => !isProgress.test(line))
    .join('\n')
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe('a start that cannot succeed', () => {
  it('names every setting at fault at once', async () => {
    const said = await failure({
      INGEST_PORT: 'x',
      RANGE_MAX_ROWS: '0',
      QUERY_TIMEOUT_MS: '1',
      KAFKA_PORT: '-1',
    })
    expect(said.split('\n')[0]).toBe('These settings cannot be used:')
    for (const name of ['INGEST_PORT', 'RANGE_MAX_ROWS', 'QUERY_TIMEOUT_MS', 'KAFKA_PORT']) {
      expect(said).toContain(`  ${name}: must be a whole number from`)
    }
  })

  it('says how to get Java where there is none', async () => {
    expect(await failure({ JAVA_HOME: '', PATH: '/nowhere' })).toMatch(
      /^Kafka needs Java 17 or later, and none was found: install it \(Debian.*docker compose up --build`\.$/,
    )
  })

  it('names the port that is taken and the variable to change', async () => {
    const port = await takenPort()
    expect(await failure({ REPORTING_PORT: String(port) })).toBe(
      `Port ${port} of reporting is taken: set REPORTING_PORT to another one (0 means any free one), or stop what listens there.`,
    )
  })

  it('says so where DATA_DIR is no folder', async () => {
    const file = join(await freshFolder(), 'file')
    await writeFile(file, '')
    expect(await failure({ DATA_DIR: file })).toBe(
      `DATA_DIR (${file}) is not a folder: set DATA_DIR to another place.`,
    )
  })

  it.runIf(process.platform === 'linux')('says so where DATA_DIR cannot be made', async () => {
    expect(await failure({ DATA_DIR: '/proc/nothing' })).toBe(
      'DATA_DIR (/proc/nothing) cannot be made: set DATA_DIR to another place.',
    )
  })

  it('says why the database could not be migrated', async () => {
    const said = await failure({
      KAFKA_BROKERS: inject('brokers').join(','),
      CLICKHOUSE_URL: `http://127.0.0.1:${await freePort()}`,
      CLICKHOUSE_USER: 'nobody',
    })
    expect(said).toMatch(/^The database could not be migrated: .+$/)
  })
})
