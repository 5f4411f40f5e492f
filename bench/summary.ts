// What the rounds come to: medians, spreads and ratios.
import { highest, type DrainContender, type DrainResults, type MemoryRun } from './drain-rounds.ts'
import type { HttpContender, HttpRound } from './http-rounds.ts'
import { ratioOf, spreadOf, type Spread } from './statistics.ts'

/** What each figure should at least be, or at most where it is memory. */
export const bars = { httpRatio: 4, drainRatio: 2, megabytes: 300 } as const

export interface HttpLine {
  requestsPerSecond: Spread
  p50Ms: Spread
  p99Ms: Spread
  /** Null where the system does not tell. */
  serviceCpuUs: Spread | null
  loadCpu: Spread
  /** Requests a second against the usual way, round by round. */
  ratio: Spread
}

export interface DrainLine {
  rowsPerSecond: Spread
  consumerCpuSeconds: Spread | null
  megabytes: Spread | null
  /** Rows a second against the usual way, round by round. */
  ratio: Spread
}

/** Numbers where all are known, else null. */
function known(values: readonly (number | null)[]): Spread | null {
  const numbers = values.filter((value) => value !== null)
  return numbers.length === values.length ? spreadOf(numbers) : null
}

export function summarizeHttp(all: readonly HttpRound[], contender: HttpContender): HttpLine {
  const of = (name: HttpContender) => all.filter((round) => round.contender === name)
  const rounds = of(contender)
  const rates = rounds.map((round) => round.requestsPerSecond)
  return {
    requestsPerSecond: spreadOf(rates),
    p50Ms: spreadOf(rounds.map((round) => round.p50Ms)),
    p99Ms: spreadOf(rounds.map((round) => round.p99Ms)),
    serviceCpuUs: known(rounds.map((round) => round.serviceCpuUs)),
    loadCpu: spreadOf(rounds.map((round) => round.loadCpu)),
    ratio: ratioOf(
      rates,
      of('usual').map((round) => round.requestsPerSecond),
    ),
  }
}

export function summarizeDrain({ rounds: all }: DrainResults, contender: DrainContender): DrainLine {
  const of = (name: DrainContender) => all.filter((round) => round.contender === name)
  const rounds = of(contender)
  const rates = rounds.map((round) => round.rowsPerSecond)
  return {
    rowsPerSecond: spreadOf(rates),
    consumerCpuSeconds: known(rounds.map((round) => round.consumerCpuSeconds)),
    megabytes: known(rounds.map((round) => round.maxMegabytes)),
    ratio: ratioOf(
      rates,
      of('usual').map((round) => round.rowsPerSecond),
    ),
  }
}

export interface MemoryLine {
  megabytes: number
  /** The most in each quarter of the run: a leak would make them grow. */
  quarters: number[]
}

/** Null where the system does not tell. */
export function summarizeMemory({ curve }: MemoryRun): MemoryLine | null {
  const megabytes = highest(curve)
  const last = curve.at(-1)
  if (megabytes === null || !last) return null
  const quarterOf = (second: number) => Math.min(3, Math.floor((second / last.second) * 4))
  const quarters = [0, 1, 2, 3].map(
    (quarter) => highest(curve.filter(({ second }) => quarterOf(second) === quarter)) ?? 0,
  )
  return { megabytes, quarters }
}
