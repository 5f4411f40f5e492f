// From POST to visible: single events at a steady rate, and how soon the table counts each of them.
import { setTimeout as sleep } from 'node:timers/promises'
import { contenders, startServices, type Contender, type Services } from '../contenders/services.ts'
import { createEvents } from '../events.ts'
import type { BenchStack } from '../stack/bench-stack.ts'
import { percentile } from '../statistics.ts'
import type { Tell } from './tell.ts'

export interface VisibleSettings {
  rounds: number
  roundMs: number
  /** Milliseconds from one POST to the next. */
  everyMs: number
}

export interface VisibleRound {
  round: number
  contender: Contender
  p50Ms: number
  p99Ms: number
  maxMs: number
}

const pollMs = 4
const withinMs = 30_000

/** A third of a round comes first, which is not counted. */
export async function runVisible(
  stack: BenchStack,
  settings: VisibleSettings,
  tell: Tell,
): Promise<VisibleRound[]> {
  await stack.makeTables()
  const first = { ...settings, roundMs: settings.roundMs / 3 }
  const running = new Map<Contender, Services>()
  try {
    for (const contender of contenders) running.set(contender, await startServices(stack, contender))
    const rounds: VisibleRound[] = []
    for (let round = 0; round <= settings.rounds; round += 1) {
      for (const [contender, services] of running) {
        tell(round === 0 ? `warming up: ${contender}` : `round ${round} of ${settings.rounds}: ${contender}`)
        const delays = await measure(stack, services, round === 0 ? first : settings)
        if (round === 0) continue
        const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((share) => percentile(delays, share))
        rounds.push({ round, contender, p50Ms: p50Ms ?? 0, p99Ms: p99Ms ?? 0, maxMs: maxMs ?? 0 })
      }
    }
    return rounds
  } finally {
    await Promise.all([...running.values()].map((services) => services.stop()))
  }
}

/** The milliseconds of each event, sorted. The k-th is visible when the table counts k more than before. */
async function measure(
  stack: BenchStack,
  { ingest, table }: Services,
  { roundMs, everyMs }: VisibleSettings,
): Promise<Float64Array> {
  const rowsNow = () => stack.number(`SELECT count() FROM ${table}`)
  const before = await rowsNow()
  const count = Math.floor(roundMs / everyMs)
  const sentAt: number[] = []
  const sending = sendSteadily(`${ingest.url}/event`, count, everyMs, sentAt)
  sending.catch(() => undefined)
  const delays: number[] = []
  const deadline = performance.now() + roundMs + withinMs
  while (delays.length < count) {
    const visible = (await rowsNow()) - before
    const now = performance.now()
    while (delays.length < visible) delays.push(now - (sentAt[delays.length] ?? NaN))
    if (now > deadline) throw new Error(`${visible} of ${count} events are visible in ${table}`)
    await sleep(pollMs)
  }
  await sending
  return Float64Array.from(delays).sort()
}

/** One POST every `everyMs`, whether or not the ones before are answered. All events are of one site. */
async function sendSteadily(url: string, count: number, everyMs: number, sentAt: number[]): Promise<void> {
  const event = { ...createEvents(Date.now())(), timestamp: undefined }
  const headers = { 'content-type': 'application/json' }
  const startsAt = performance.now()
  const answers: Promise<void>[] = []
  for (let index = 0; index < count; index += 1) {
    await sleep(Math.max(0, startsAt + index * everyMs - performance.now()))
    sentAt.push(performance.now())
    const answer = fetch(url, { method: 'POST', headers, body: JSON.stringify(event) })
    answers.push(answer.then((answered) => expectAccepted(answered)))
  }
  await Promise.all(answers)
}

async function expectAccepted(answer: Response): Promise<void> {
  const text = await answer.text()
  if (answer.status !== 202) throw new Error(`an event was answered with ${answer.status}: ${text}`)
}
