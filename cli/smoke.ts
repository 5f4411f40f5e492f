// `npm run smoke`: a quick test of a running stack. Sends one event of a site of its own, asks for numbers that count
// it, and says how long that took.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadDotEnv, SettingsError } from '../runtime/env.ts'
import { findServices } from './find-services.ts'

const giveUpAfterMs = 30_000

try {
  loadDotEnv()
  const { ingest, reporting } = findServices(process.env)
  const ms = await smoke(ingest, reporting)
  console.log(`ok: an event sent to ${ingest} was counted by ${reporting} after ${ms} ms`)
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : `not ok: ${(error as Error).message}`)
  process.exitCode = 1
}

/** Sends an event and waits until it is counted. Gives the milliseconds between. */
async function smoke(ingest: string, reporting: string): Promise<number> {
  const site = `smoke-${randomUUID()}`
  const event = { site_id: site, event_type: 'page_view', path: '/smoke', user_id: 'smoke' }
  const sent = performance.now()
  const accepted = await ask(`${ingest}/event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  })
  if (accepted['status'] !== 'accepted') throw new Error(`ingest answered ${JSON.stringify(accepted)}`)
  const wanted = {
    total_views: 1,
    unique_users: 1,
    total_events: 1,
    top_paths: [{ path: '/smoke', views: 1 }],
  }
  const stats = await statsWith(accepted['position'], `${reporting}/stats?site_id=${site}`, sent)
  const differs = Object.entries(wanted).some(
    ([key, value]) => JSON.stringify(stats[key]) !== JSON.stringify(value),
  )
  if (differs) throw new Error(`reporting answered ${JSON.stringify(stats)}`)
  return Math.round(performance.now() - sent)
}

/** The numbers once the event at `position` is counted; where that is null, it has yet to reach Kafka. */
async function statsWith(position: unknown, url: string, sent: number): Promise<Record<string, unknown>> {
  for (;;) {
    const stats = await ask(typeof position === 'string' ? `${url}&after=${position}` : url)
    if (stats['after_reached'] === true || stats['total_events'] === 1) return stats
    const ms = Math.round(performance.now() - sent)
    if (ms > giveUpAfterMs) {
      throw new Error(`the event is not counted after ${ms} ms: is the consumer running?`)
    }
    await sleep(50)
  }
}

async function ask(url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(giveUpAfterMs) }).catch(
    (error: unknown) => {
      const cause = (error as Error).cause
      throw new Error(
        `${url} cannot be reached (${cause instanceof Error ? cause.message : String(error)}): start the stack first`,
      )
    },
  )
  const body = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${String(body['detail'])}`)
  return body
}
