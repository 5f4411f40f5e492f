// Kafka is killed and stays away for two minutes, while single events keep coming: every one must be taken, soon.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt } from '../clients/post-somewhere.ts'
import type { DoneFault } from '../schedule/run-faults.ts'
import type { World } from '../world.ts'
import { latenciesOf, type Latencies } from './latencies.ts'
import type { Scenario } from './scenario.ts'

const beforeMs = 15_000
const awayMs = 120_000
const afterMs = 15_000

/** In the first seconds a request may wait until its ingest knows that Kafka is away. */
const surpriseMs = 5000
const mostMs = { surprised: 2000, spooling: 100 }

/** What was seen; null before it was. */
interface Seen {
  before: Latencies
  surprised: Latencies
  spooling: Latencies
  after: Latencies
}

/** @param rate events a second, each a request of its own */
export function kafkaDown(rate: number, isIngestKilled: boolean): Scenario {
  const attempts: Attempt[] = []
  let seen: Seen | null = null
  return {
    isRough: false,
    traffic: {
      ...{ singles: 1, thrice: 0, refused: 0, inFlight: 1000, catchUpSeconds: 1, rate },
      onAttempt: (attempt) => attempts.push(attempt),
    },
    run: async (world, signal) => {
      const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined)
      world.fleet.start()
      await wait(beforeMs)
      const downAt = performance.now()
      world.say('kafka is killed')
      await world.stack.kafka.down()
      await wait(awayMs / 2)
      if (isIngestKilled) killIngest(world)
      await wait(awayMs / 2)
      const upAt = performance.now()
      world.say('kafka comes back')
      await world.stack.kafka.up()
      world.progress.await('kafka-down')
      await wait(afterMs)
      const surprisedUntil = downAt + surpriseMs
      seen = {
        before: latenciesOf(attempts, 0, downAt),
        surprised: latenciesOf(attempts, downAt, surprisedUntil),
        spooling: latenciesOf(attempts, surprisedUntil, upAt),
        after: latenciesOf(attempts, upAt, Infinity),
      }
      return { done: [doneFault(downAt, upAt)], skipped: 0 }
    },
    figures: () => ({ ...seen }),
    wrong: () => (seen ? faultsOf(seen, isIngestKilled) : []),
  }
}

function killIngest({ stack, say }: World): void {
  const pid = stack.ingests[0]?.pid()
  say('an ingest is killed')
  if (pid !== undefined) process.kill(pid, 'SIGKILL')
}

function faultsOf({ surprised, spooling }: Seen, isIngestKilled: boolean): string[] {
  const faults: string[] = []
  for (const [name, part] of Object.entries({ surprised, spooling })) {
    const most = mostMs[name as keyof typeof mostMs]
    if (part.p99 > most) faults.push(`${name}: p99 is ${part.p99} ms, more than ${most} ms`)
    // Of an ingest that was killed some requests have no answer: they are sent again.
    const mayBeMissing = isIngestKilled && name === 'spooling'
    const others = Object.keys(part.outcomes).filter((outcome) => outcome !== '202')
    if (others.some((outcome) => !(mayBeMissing && outcome.startsWith('no ')))) {
      faults.push(`${name}: not every request was taken: ${JSON.stringify(part.outcomes)}`)
    }
  }
  return faults
}

function doneFault(beganAt: number, endedAt: number): DoneFault {
  const planned = { number: 1, atMs: beforeMs, action: 'hold-down', target: 'kafka', trouble: null } as const
  return { ...planned, kind: 'kafka-down', durationMs: awayMs, beganAt, endedAt }
}
