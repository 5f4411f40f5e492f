// The settings of Tallyline's own INSERT, taken from the statement itself, so that the limit's are never others.
import { insertLines } from '../../clickhouse/insert-lines.ts'
import { eventsTarget } from '../../clickhouse/insert-targets.ts'
import type { ShortRequest } from '../../clickhouse/short-requests.ts'

async function readSettings(): Promise<Record<string, string>> {
  let told = ''
  const listener = {
    send: ({ settings }: ShortRequest) => {
      told = settings
      return Promise.reject(new Error('nothing is inserted'))
    },
    close: () => undefined,
  }
  const nothing = { lines: [], lineCount: 50_000, token: '', topicId: '', storedAt: 0, deadline: 0, name: '' }
  await insertLines(listener, { target: eventsTarget, ...nothing }).catch(() => undefined)
  if (told === '') throw new Error('insertLines told no settings: read them another way')
  return Object.fromEntries(new URLSearchParams(told))
}

export const insertSettings = await readSettings()
