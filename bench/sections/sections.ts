// The sections of the bench, in the order they run.
import type { BenchStack } from '../stack/bench-stack.ts'
import { runDrain, type DrainResults, type DrainSettings } from './drain-rounds.ts'
import { runGrowth, type GrowthSettings, type GrowthStep } from './growth.ts'
import { runBatches, runSingle, type HttpRound, type HttpSettings } from './http-rounds.ts'
import { runPipe, type PipeRun, type PipeSettings } from './pipe.ts'
import { runStart, type StartRound, type StartSettings } from './start.ts'
import { runStats, type StatsResults, type StatsSettings } from './stats.ts'
import type { Tell } from './tell.ts'
import { runVisible, type VisibleRound, type VisibleSettings } from './visible.ts'

export interface BenchSettings {
  single: HttpSettings
  batches: HttpSettings
  drain: DrainSettings
  pipe: PipeSettings
  visible: VisibleSettings
  stats: StatsSettings
  growth: GrowthSettings
  start: StartSettings
}

export interface Measured {
  single: HttpRound[]
  batches: HttpRound[]
  drain: DrainResults
  pipe: PipeRun[]
  visible: VisibleRound[]
  stats: StatsResults
  growth: GrowthStep[]
  start: StartRound[]
}

export type SectionName = keyof Measured

/** Runs one section and gives what it measured. */
type Run = (stack: BenchStack, settings: BenchSettings, tell: Tell) => Promise<Partial<Measured>>

/** Those that share one Kafka and one ClickHouse. */
const onStack: Record<Exclude<SectionName, 'start'>, Run> = {
  single: async (stack, { single }, tell) => ({ single: await runSingle(stack, single, tell) }),
  batches: async (stack, { batches }, tell) => ({ batches: await runBatches(stack, batches, tell) }),
  drain: async (stack, { drain }, tell) => ({ drain: await runDrain(stack, drain, tell) }),
  pipe: async (stack, { pipe }, tell) => ({ pipe: await runPipe(stack, pipe, tell) }),
  visible: async (stack, { visible }, tell) => ({ visible: await runVisible(stack, visible, tell) }),
  stats: async (stack, { stats }, tell) => ({ stats: await runStats(stack, stats, tell) }),
  growth: async (stack, { growth }, tell) => ({ growth: await runGrowth(stack, growth, tell) }),
}

export type StackSection = keyof typeof onStack

export const stackSections = Object.keys(onStack) as StackSection[]

/** The last one has the machine to itself, since it starts stacks of its own. */
export const sectionNames: SectionName[] = [...stackSections, 'start']

export function runOnStack(
  name: StackSection,
  stack: BenchStack,
  settings: BenchSettings,
  tell: Tell,
): Promise<Partial<Measured>> {
  return onStack[name](stack, settings, tell)
}

export async function runAlone({ start }: BenchSettings, tell: Tell): Promise<Partial<Measured>> {
  return { start: await runStart(start, tell) }
}

/** Whether every section was measured. */
export function isWhole(measured: Partial<Measured>): measured is Measured {
  return sectionNames.every((name) => measured[name] !== undefined)
}
