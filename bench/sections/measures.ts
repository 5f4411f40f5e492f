// What processes cost: CPU between two moments, and the most memory they held together.
import { cpuSecondsOf, residentBytesOf } from '../bench-process.ts'

type Pid = () => number | undefined

/** Seconds of CPU by process; null where there is no process of ours, or the system does not tell. */
export type Cpu<Name extends string> = Record<Name, number | null>

export function cpuNow<Name extends string>(pids: Record<Name, Pid>): Cpu<Name> {
  const entries = Object.entries<Pid>(pids).map(([name, pid]) => [name, cpuSecondsOf(pid())])
  return Object.fromEntries(entries) as Cpu<Name>
}

/** What was used between two moments, for each million of events. */
export function cpuBetween<Name extends string>(
  before: Cpu<Name>,
  after: Cpu<Name>,
  millions: number,
): Cpu<Name> {
  const entries = Object.entries<number | null>(after).map(([name, until]) => {
    const from = before[name as Name]
    return [name, from === null || until === null ? null : (until - from) / millions]
  })
  return Object.fromEntries(entries) as Cpu<Name>
}

const memoryEveryMs = 100

/** Watches how much several processes hold together; those that are gone count nothing. */
export function watchMemory(pids: Pid[]): { most: () => number | null; end: () => void } {
  let most = 0
  const timer = setInterval(() => {
    const bytes = pids.map((pid) => residentBytesOf(pid() ?? 0) ?? 0)
    most = Math.max(most, bytes.reduce((sum, one) => sum + one, 0) / 1e6)
  }, memoryEveryMs)
  return { most: () => (most === 0 ? null : most), end: () => clearInterval(timer) }
}
