// One real Kafka and one real ClickHouse for a whole run of tests, thrown away at its end.
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    brokers: string[]
    clickhouse: { url: string; user: string; password: string }
  }
}

const needy = ['integration', 'e2e']

/** Starts them, unless the run has no test that needs them. Returns what ends them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!project.vitest.projects.some(({ name }) => needy.includes(name))) return () => Promise.resolve()
  const { startThrowawayStack } = await import('./throwaway-stack.ts')
  const { brokers, clickhouse, stop } = await startThrowawayStack()
  project.provide('brokers', brokers)
  project.provide('clickhouse', clickhouse)
  return stop
}
