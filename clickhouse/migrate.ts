// Brings the database to the shape this program needs: numbered SQL files in order, each once, then the views.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClickHouse } from './client.ts'
import { withMigrationLock } from './migration-lock.ts'

/** A database this program cannot migrate. The message says why and what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

interface Migration {
  version: number
  name: string
  checksum: string
  sql: string
}

const lockWaitMs = 60_000

/**
 * Applies what is missing, safe from several processes at once, and sets the views.
 * @param server a client that is bound to no database, since ours may not be there yet
 * @param viewTypes the event types that the views count
 * @returns the names of the migrations applied now
 * @throws MigrationError when an applied file was changed or the database is newer than this program
 */
export async function migrate(
  server: ClickHouse,
  clickhouse: ClickHouse,
  database: string,
  viewTypes: string[],
): Promise<string[]> {
  await server.command({ query: `CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic` })
  return withMigrationLock(clickhouse, lockWaitMs, async () => {
    const migrations = await readMigrations()
    const applied = await readLedger(clickhouse)
    checkHistory(migrations, applied)
    const missing = migrations.filter(({ version }) => !applied.has(version))
    for (const migration of missing) await apply(clickhouse, migration)
    await setViews(clickhouse, viewTypes)
    return missing.map(({ name }) => name)
  })
}

async function readMigrations(): Promise<Migration[]> {
  const folder = join(import.meta.dirname, 'migrations')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8')
      return {
        version: Number.parseInt(name, 10),
        name,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      }
    }),
  )
}

async function readLedger(clickhouse: ClickHouse): Promise<Map<number, { name: string; checksum: string }>> {
  await clickhouse.command({
    query: `CREATE TABLE IF NOT EXISTS migrations
      (
          version    UInt32                              COMMENT 'Number of the file',
          name       String                              COMMENT 'Name of the file',
          checksum   String                              COMMENT 'SHA-256 of the file as it was applied, hexadecimal',
          applied_at DateTime('UTC') DEFAULT now('UTC')  COMMENT 'When it was applied, UTC'
      )
      ENGINE = MergeTree ORDER BY version COMMENT 'Which migrations this database has had'`,
  })
  const result = await clickhouse.query({
    query: 'SELECT version, name, checksum FROM migrations',
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ version: number; name: string; checksum: string }>()
  return new Map(rows.map(({ version, ...row }) => [version, row]))
}

function checkHistory(
  migrations: Migration[],
  applied: Map<number, { name: string; checksum: string }>,
): void {
  const known = new Map(migrations.map((migration) => [migration.version, migration]))
  for (const [version, { name, checksum }] of applied) {
    const migration = known.get(version)
    if (!migration) {
      throw new MigrationError(
        `the database has had ${name}, which this program does not know: run a newer Tallyline`,
      )
    }
    if (migration.checksum !== checksum) {
      throw new MigrationError(
        `${name} was changed after it was applied: restore it and put the change into a new file`,
      )
    }
  }
}

async function apply(clickhouse: ClickHouse, { version, name, checksum, sql }: Migration): Promise<void> {
  // A process killed between a statement and the ledger's row leaves its work behind, so every statement of a
  // migration must bear being run again (IF NOT EXISTS).
  for (const statement of statements(sql)) await clickhouse.command({ query: statement })
  await clickhouse.insert({
    table: 'migrations',
    values: [{ version, name, checksum }],
    columns: ['version', 'name', 'checksum'],
    format: 'JSONEachRow',
    clickhouse_settings: { async_insert: 0 },
  })
}

async function setViews(clickhouse: ClickHouse, viewTypes: string[]): Promise<void> {
  const folder = join(import.meta.dirname, 'views')
  const literals = viewTypes.map((type) => `'${type.replace(/[\\']/g, '\\$&')}'`).join(', ')
  for (const name of (await readdir(folder)).sort()) {
    const sql = await readFile(join(folder, name), 'utf8')
    await clickhouse.command({ query: sql.replaceAll('{view_types}', () => literals) })
  }
}

/** The statements of a file: each ends with a semicolon at the end of a line. */
function statements(sql: string): string[] {
  return sql
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
