// The settings of Tallyline's own INSERT, taken from the statement itself, so that the limit's are never others.
import type { ClickHouse } from '../../clickhouse/client.ts'
import { eventsTarget, insertLines } from '../../clickhouse/insert-lines.ts'

/** What differs from insert to insert. */
const ownOfEach = ['insert_deduplication_token']

async function readSettings(): Promise<Record<string, string>> {
  let settings: Record<string, unknown> = {}
  const listener = {
    exec: (statement: { clickhouse_settings?: Record<string, unknown> }) => {
      settings = statement.clickhouse_settings ?? {}
      return Promise.reject(new Error('nothing is inserted'))
    },
  }
  await insertLines(listener as unknown as ClickHouse, {
    ...{
      target: eventsTarget,
      lines: [],
      lineCount: 0,
      token: '',
      constants: {},
      deadline: 0,
      name: '',
    },
  }).catch(() => undefined)
  if (Object.keys(settings).length === 0)
    throw new Error('insertLines told no settings: read them another way')
  const shared = Object.entries(settings).filter(([name]) => !ownOfEach.includes(name))
  return Object.fromEntries(shared.map(([name, value]) => [name, String(value)]))
}

export const insertSettings = await readSettings()
