// Runs sections one after the other. One that fails does not take the others with it.
import type { Progress } from '../local/progress.ts'
import { compilePrograms } from './compiled.ts'
import {
  runAlone,
  runOnStack,
  stackSections,
  type BenchSettings,
  type Measured,
  type SectionName,
} from './sections/sections.ts'
import type { Tell } from './sections/tell.ts'
import { openBenchStack, type BenchStack } from './stack/bench-stack.ts'

export interface Outcome {
  measured: Partial<Measured>
  failed: { name: SectionName; error: unknown }[]
  /** Of Kafka and ClickHouse; null where it is not known. */
  versions: Record<string, string | null>
}

export async function runSections(
  only: readonly SectionName[],
  settings: BenchSettings,
  progress: Progress,
): Promise<Outcome> {
  const outcome: Outcome = { measured: {}, failed: [], versions: {} }
  const attempt = async (name: SectionName, run: (tell: Tell) => Promise<Partial<Measured>>) => {
    const tell = (text: string) => progress.line(`${name}, ${text}`)
    try {
      Object.assign(outcome.measured, await run(tell))
    } catch (error) {
      tell(`failed: ${String(error)}`)
      outcome.failed.push({ name, error })
    }
  }
  const names = stackSections.filter((name) => only.includes(name))
  if (names.length > 0) {
    await compilePrograms(progress)
    const stack = await openBenchStack(progress)
    outcome.versions = stack.versions
    try {
      for (const name of names) {
        await attempt(name, (tell) => runOnStack(name, stack, settings, tell))
        await clean(stack).catch((error: unknown) => progress.line(`not removed: ${String(error)}`))
      }
    } finally {
      await stack.stop().catch((error: unknown) => progress.line(`not stopped in order: ${String(error)}`))
    }
  }
  if (only.includes('start')) await attempt('start', (tell) => runAlone(settings, tell))
  progress.end()
  return outcome
}

/** What one section leaves behind is not to cost the next one anything. */
async function clean(stack: BenchStack): Promise<void> {
  await stack.dropTopics()
  await stack.emptyDatabase()
}
