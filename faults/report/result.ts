// One run in figures, as it is kept.
import type { RunCheck } from '../check/check-run.ts'
import type { FaultOptions } from '../options.ts'
import type { FaultRun } from '../schedule/run-faults.ts'
import { growthOf, type MemoryGrowth } from '../watch/memory.ts'
import { findComplaints, findReplays, killsWithReplay } from '../watch/replays.ts'
import type { SeenTwice } from '../watch/reader.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { World } from '../world.ts'

export interface RunResult {
  date: string
  options: FaultOptions
  seconds: number
  events: {
    sent: number
    acknowledged: number
    acknowledgements: number
    resent: number
    repeated: number
    refused: number
    stored: number
    duplicates: number
    deadLetters: number
    lost: number
    doubled: number
    unknown: number
    /** Stored though no answer told so. */
    unacknowledged: number
  }
  faults: { done: number; skipped: number; byKind: Record<string, number> }
  /** How often lines were found stored that were in no books, and how many kills of a consumer were followed by that. */
  replays: { ranges: number; kills: number; killsWithReplay: number }
  looks: { good: number; whole: number; failed: number; doubled: SeenTwice[] }
  /** From a fault's end until events were stored again, whatever other faults came meanwhile. */
  recovery: Duration
  /** The same until all was stored that stood in the log at its end. */
  caughtUp: Duration
  settledSeconds: number
  statsAnswers: number
  audit: { balances: boolean; verdict: string }
  memory: MemoryGrowth[]
  complaints: Record<string, number>
  /** What a scenario found out beside this. */
  scenario: Record<string, unknown>
  /** What is wrong, as sentences. */
  wrong: string[]
}

/** Milliseconds; null where there was none. `after` is the kind of fault that took longest. */
interface Duration {
  longestMs: number | null
  medianMs: number | null
  after: string | null
}

/** What a process does in its first minutes is not growth. */
const settleSeconds = 300

export async function toResult(
  world: World,
  run: FaultRun,
  check: RunCheck,
  scenario: Scenario,
  startedAt: Date,
): Promise<RunResult> {
  const { options, places, stack, ledger, reader, progress, memory } = world
  const { ids, books } = check
  const { good, whole, failed, doubled } = reader.looks
  const { wronglyAccepted: _accepted, wronglyRefused: _refused, ...counts } = ledger.counts
  const services = [...stack.ingests, ...stack.consumers, stack.extraConsumer, stack.reporting]
  return {
    ...{ date: startedAt.toISOString(), options, seconds: secondsSince(startedAt) },
    events: {
      ...{ sent: ledger.sent(), acknowledged: ledger.acknowledged.size(), ...counts },
      ...{ stored: ids.stored.size(), duplicates: books.duplicates, deadLetters: books.deadLetters },
      ...{ lost: ids.lost, doubled: ids.doubled, unknown: ids.unknown, unacknowledged: ids.unacknowledged },
    },
    faults: { done: run.done.length, skipped: run.skipped, byKind: countKinds(run) },
    replays: await replaysOf(world, run),
    looks: { good, whole, failed, doubled },
    recovery: durationOf(progress.recoveries.map(({ kind, againMs }) => ({ kind, ms: againMs }))),
    caughtUp: durationOf(
      progress.recoveries.flatMap(({ kind, allMs }) => (allMs === null ? [] : [{ kind, ms: allMs }])),
    ),
    settledSeconds: check.settled.seconds,
    statsAnswers: check.stats.answers,
    audit: { balances: check.audit.balances, verdict: check.audit.verdict },
    memory: growthOf(memory.lives(), Math.min(settleSeconds, options.minutes * 15)),
    complaints: await findComplaints(
      places,
      services.map(({ name }) => name),
    ),
    scenario: scenario.figures(),
    wrong: [...check.faults, ...scenario.wrong()],
  }
}

function secondsSince(date: Date): number {
  return Math.round((Date.now() - date.getTime()) / 1000)
}

function countKinds({ done }: FaultRun): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of done) counts[kind] = (counts[kind] ?? 0) + 1
  return Object.fromEntries(Object.entries(counts).sort(([left], [right]) => left.localeCompare(right)))
}

async function replaysOf({ places, stack }: World, { done }: FaultRun): Promise<RunResult['replays']> {
  const consumers = [...stack.consumers, stack.extraConsumer].map(({ name }) => name)
  const replays = await findReplays(places, consumers)
  const kills = done
    .filter(({ kind }) => kind === 'kill-consumer')
    .map(({ beganAt }) => performance.timeOrigin + beganAt)
    .sort((left, right) => left - right)
  return { ranges: replays.length, kills: kills.length, killsWithReplay: killsWithReplay(kills, replays) }
}

function durationOf(all: { kind: string; ms: number }[]): Duration {
  const sorted = [...all].sort((left, right) => left.ms - right.ms)
  const longest = sorted.at(-1)
  const median = sorted[Math.floor(sorted.length / 2)]
  return { longestMs: longest?.ms ?? null, medianMs: median?.ms ?? null, after: longest?.kind ?? null }
}
