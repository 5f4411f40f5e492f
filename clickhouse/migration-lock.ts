// Lets one process migrate at a time. CREATE TABLE is the one thing ClickHouse does for exactly one of several
// callers, so a table is the lock; its holder's beats tell a living holder from one that was killed.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAnswer } from './errors.ts'
import type { ClickHouse } from './client.ts'

const beatEveryMs = 2000
const silentForSeconds = 10

/**
 * Runs `work` while no other process does.
 * @throws Error when the lock cannot be had within `waitMs`
 */
export async function withMigrationLock<T>(
  clickhouse: ClickHouse,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + waitMs
  while (!(await take(clickhouse))) {
    if (Date.now() > deadline)
      throw new Error('another process has been migrating for too long: try again later')
    await removeSilent(clickhouse)
    await sleep(200)
  }
  const mine = await uuidOf(clickhouse)
  const beat = setInterval(() => {
    clickhouse.command({ query: 'INSERT INTO migration_lock VALUES (now())' }).catch(() => undefined)
  }, beatEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    // Another one stands there if this process was silent for so long that it was taken for dead.
    if ((await uuidOf(clickhouse)) === mine)
      await clickhouse.command({ query: 'DROP TABLE migration_lock SYNC' })
  }
}

async function uuidOf(clickhouse: ClickHouse): Promise<string | undefined> {
  const result = await clickhouse.query({
    query: `SELECT toString(uuid) AS uuid FROM system.tables
      WHERE database = currentDatabase() AND name = 'migration_lock'`,
    format: 'JSONEachRow',
  })
  return (await result.json<{ uuid: string }>())[0]?.uuid
}

async function take(clickhouse: ClickHouse): Promise<boolean> {
  try {
    await clickhouse.command({ query: 'CREATE TABLE migration_lock (beat DateTime) ENGINE = Memory' })
    return true
  } catch (error) {
    if (isAnswer(error) && error.type === 'TABLE_ALREADY_EXISTS') return false
    throw error
  }
}

/**
 * Removes the lock of a holder that beats no more. It is renamed first, by the identity it was seen silent
 * under: of several processes that see the same silent lock, the second finds that name taken and removes none.
 */
async function removeSilent(clickhouse: ClickHouse): Promise<void> {
  const result = await clickhouse
    .query({
      query: `SELECT toString(uuid) AS uuid FROM system.tables
      WHERE database = currentDatabase() AND name = 'migration_lock'
        AND dateDiff('second', greatest(metadata_modification_time, (SELECT max(beat) FROM migration_lock)), now()) > {silent:UInt32}`,
      query_params: { silent: silentForSeconds },
      format: 'JSONEachRow',
    })
    .catch(() => null)
  const [silent] = (await result?.json<{ uuid: string }>()) ?? []
  if (!silent) return
  const tombstone = `migration_lock_${silent.uuid.replaceAll('-', '')}`
  await clickhouse
    .command({ query: `RENAME TABLE migration_lock TO ${tombstone}`, query_id: randomUUID() })
    .catch(() => undefined)
}
