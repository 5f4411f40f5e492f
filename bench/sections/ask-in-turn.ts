// Asks several services the same questions, one after the other, and sees to it that they answer the same.
import type { BenchProcess } from '../bench-process.ts'
import { askStats, type StatsNumbers, type StatsQuestion } from './ask-stats.ts'

/** The milliseconds of each service, in the order of the questions. */
export async function askInTurn(
  services: BenchProcess[],
  questions: readonly StatsQuestion[],
): Promise<number[][]> {
  const times = services.map((): number[] => [])
  for (const question of questions) {
    const answers: StatsNumbers[] = []
    for (const [index, service] of services.entries()) {
      const startedAt = performance.now()
      answers.push(await askStats(service, question))
      times[index]?.push(performance.now() - startedAt)
    }
    expectEqual(answers)
  }
  return times
}

/** The contenders hold the same events, so that a quick answer is also a right one. */
function expectEqual(answers: StatsNumbers[]): void {
  const texts = answers.map(({ total_views, unique_users, top_paths }) =>
    JSON.stringify({ total_views, unique_users, top_paths }),
  )
  if (new Set(texts).size > 1) throw new Error(`the contenders answer differently: ${texts.join(' ')}`)
}
