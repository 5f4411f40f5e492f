import { describe, expect, inject, it } from 'vitest'
import { defaultViewTypes, freshDatabase, freshEmptyDatabase, rowsOf } from '../test/support/fresh.ts'
import { createClickHouse } from './client.ts'
import { migrate, MigrationError } from './migrate.ts'

describe('migrations', () => {
  it('are applied once each, in order, and then never again', async () => {
    const { server, clickhouse, settings } = freshEmptyDatabase()
    const applied = await migrate(server, clickhouse, settings.database, defaultViewTypes)
    expect(applied).toEqual([...applied].sort())
    expect(applied.length).toBeGreaterThan(0)
    expect(await migrate(server, clickhouse, settings.database, defaultViewTypes)).toEqual([])
  })

  it('are applied once by several processes at the same time', async () => {
    const { server, clickhouse, settings } = freshEmptyDatabase()
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => migrate(server, clickhouse, settings.database, defaultViewTypes)),
    )
    expect(runs.filter((applied) => applied.length > 0)).toHaveLength(1)
    const ledger = await rowsOf<{ version: number }>(clickhouse, 'SELECT version FROM migrations')
    expect(new Set(ledger.map(({ version }) => version)).size).toBe(ledger.length)
  })

  it('go on where a process was killed that held the lock', async () => {
    const { server, clickhouse, settings } = freshEmptyDatabase()
    await server.command({ query: `CREATE DATABASE ${settings.database}` })
    await clickhouse.command({ query: 'CREATE TABLE migration_lock (beat DateTime) ENGINE = Memory' })
    expect(await migrate(server, clickhouse, settings.database, defaultViewTypes)).not.toEqual([])
  })

  it('refuse a file that was changed after it was applied', async () => {
    const { server, clickhouse, settings } = freshEmptyDatabase()
    await migrate(server, clickhouse, settings.database, defaultViewTypes)
    await clickhouse.command({
      query: "ALTER TABLE migrations UPDATE checksum = 'x' WHERE version = 1 SETTINGS mutations_sync = 1",
    })
    const again = migrate(server, clickhouse, settings.database, defaultViewTypes)
    await expect(again).rejects.toThrow(MigrationError)
    await expect(again).rejects.toThrow(/001_events\.sql was changed/)
  })

  it('refuse a database that a newer program has migrated', async () => {
    const { server, clickhouse, settings } = freshEmptyDatabase()
    await migrate(server, clickhouse, settings.database, defaultViewTypes)
    await clickhouse.command({
      query: "INSERT INTO migrations (version, name) VALUES (900, '900_later.sql')",
    })
    await expect(migrate(server, clickhouse, settings.database, defaultViewTypes)).rejects.toThrow(
      /newer Tallyline/,
    )
  })

  it('set the views anew when the view types change', async () => {
    const { server, clickhouse, settings } = freshEmptyDatabase()
    await migrate(server, clickhouse, settings.database, ["it's", 'b'])
    const [view] = await rowsOf<{ sql: string }>(
      clickhouse,
      "SELECT as_select AS sql FROM system.tables WHERE database = currentDatabase() AND name = 'daily_site_paths'",
    )
    expect(view?.sql).toContain("'it\\'s'")
  })
})

describe('the tables (contract section 8)', () => {
  it('have a comment on every table, view and column', async () => {
    const { clickhouse } = await freshDatabase()
    const bare = await rowsOf(
      clickhouse,
      `SELECT name FROM system.columns WHERE database = currentDatabase() AND comment = ''
       UNION ALL SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = ''`,
    )
    expect(bare).toEqual([])
  })

  it('hold the fields of an event under their own names, and where it came from', async () => {
    const { clickhouse } = await freshDatabase()
    const columns = await rowsOf<{ name: string }>(
      clickhouse,
      "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'events'",
    )
    expect(columns.map(({ name }) => name).sort()).toEqual(
      [
        'site_id',
        'event_type',
        'path',
        'user_id',
        'timestamp',
        'event_id',
        'referrer',
        'properties',
        'received_at',
        'user_hash',
        'kafka_partition',
        'kafka_offset',
        'kafka_line',
        'kafka_topic_id',
        'stored_at',
      ].sort(),
    )
  })

  it('may be read, but not written, by the user reader, within limits it cannot raise', async (context) => {
    const { settings } = await freshDatabase()
    if (inject('clickhouse').user !== 'migrator') context.skip('this ClickHouse has users of its own')
    const reader = createClickHouse({ ...settings, database: 'system', user: 'reader' }, 10_000)
    const run = (query: string) => reader.command({ query })
    await expect(run('SELECT 1')).resolves.toBeDefined()
    for (const forbidden of [
      'CREATE DATABASE nope',
      'SELECT 1 SETTINGS max_execution_time = 61',
      'SELECT 1 SETTINGS max_execution_time = 0',
      'SELECT 1 SETTINGS max_memory_usage = 5000000000',
      'SELECT 1 SETTINGS readonly = 0',
    ]) {
      await expect(run(forbidden)).rejects.toThrow()
    }
    await reader.close()
  })
})
