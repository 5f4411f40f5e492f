// Watches how much memory each process holds, and how fast that grows.
import { residentBytesOf } from '../../bench/bench-process.ts'
import type { FaultStack } from '../stack/fault-stack.ts'
import type { Places } from '../stack/places.ts'

/** One process from its start to its end, or to the end of the run. */
export interface MemoryLife {
  name: string
  pid: number
  samples: MemorySample[]
}

export interface MemorySample {
  /** Seconds since the run began. */
  second: number
  megabytes: number
}

export interface MemoryGrowth {
  name: string
  /** The most that any process of this name held. */
  highestMegabytes: number
  /** Of its longest life, once the first minutes were over; null where that was too short to tell. */
  megabytesPerMinute: number | null
  /** Seconds of that life that were looked at. */
  seconds: number
}

export interface MemoryWatch {
  lives: () => MemoryLife[]
  stop: () => void
}

const everyMs = 5000

/** A process that lived for less than this after its first minutes tells nothing of its growth. */
const shortestSeconds = 120

export function startMemoryWatch(stack: FaultStack, places: Places): MemoryWatch {
  const lives = new Map<string, MemoryLife>()
  const zero = performance.now()
  const look = () => {
    const second = Math.round((performance.now() - zero) / 1000)
    const processes = stack.parts.map(({ name, pid }) => ({ name, pid: pid() }))
    for (const { name, pid } of [...processes, { name: 'runner', pid: process.pid }]) {
      const bytes = pid === undefined ? null : residentBytesOf(pid)
      if (pid === undefined || bytes === null) continue
      const key = `${name} ${pid}`
      const life = lives.get(key) ?? { name, pid, samples: [] }
      lives.set(key, life)
      const megabytes = Math.round(bytes / 1e5) / 10
      life.samples.push({ second, megabytes })
      places.note('memory.jsonl', { second, name, pid, megabytes })
    }
  }
  const timer = setInterval(look, everyMs)
  return { lives: () => [...lives.values()], stop: () => clearInterval(timer) }
}

/** @param settleSeconds how much of each life's beginning is left out */
export function growthOf(lives: readonly MemoryLife[], settleSeconds: number): MemoryGrowth[] {
  const names = [...new Set(lives.map(({ name }) => name))]
  return names.map((name) => {
    const ofName = lives.filter((life) => life.name === name).map(({ samples }) => samples)
    const steady = ofName.map((samples) => {
      const from = (samples[0]?.second ?? 0) + settleSeconds
      return samples.filter(({ second }) => second >= from)
    })
    const longest = steady.reduce((most, samples) => (spanOf(samples) > spanOf(most) ? samples : most), [])
    return {
      name,
      highestMegabytes: Math.max(...ofName.flat().map(({ megabytes }) => megabytes)),
      megabytesPerMinute: spanOf(longest) < shortestSeconds ? null : slopeOf(longest) * 60,
      seconds: spanOf(longest),
    }
  })
}

function spanOf(samples: readonly MemorySample[]): number {
  return (samples.at(-1)?.second ?? 0) - (samples[0]?.second ?? 0)
}

/** Megabytes a second: the straight line that fits best. */
function slopeOf(samples: readonly MemorySample[]): number {
  const mean = (of: (sample: MemorySample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const middle = mean(({ second }) => second)
  const height = mean(({ megabytes }) => megabytes)
  const rise = mean(({ second, megabytes }) => (second - middle) * (megabytes - height))
  return rise / mean(({ second }) => (second - middle) ** 2)
}
