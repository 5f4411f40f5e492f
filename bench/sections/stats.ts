// GET /stats over HTTP: a small site and a hot day, asked for the first time and again.
import type { BenchProcess } from '../bench-process.ts'
import { contenders, startServices, tables, type Contender, type Services } from '../contenders/services.ts'
import type { BenchStack } from '../stack/bench-stack.ts'
import { dayAgo, fillHistory } from '../stack/history.ts'
import { spreadOf } from '../statistics.ts'
import { askInTurn } from './ask-in-turn.ts'
import type { StatsQuestion } from './ask-stats.ts'
import type { Tell } from './tell.ts'

export interface StatsSettings {
  rounds: number
  hotRows: number
  /** Hot days, and small sites, that a round asks for the first time. */
  hotDays: number
  smallSites: number
  /** How often the same question is asked again. */
  repeats: number
}

/** Milliseconds of an answer, p50. */
export interface StatsRound {
  round: number
  contender: Contender
  hotFirstMs: number
  hotRepeatedMs: number
  smallFirstMs: number
  smallRepeatedMs: number
}

export interface StatsResults {
  /** What a hot day holds. */
  hotUsers: number
  hotPaths: number
  rounds: StatsRound[]
}

const smallRows = 200
const hot = 'hot'
/** The day of the small sites, which is a hot day too; nobody is asked for that one but to warm up. */
const smallDay = 1

export async function runStats(
  stack: BenchStack,
  settings: StatsSettings,
  tell: Tell,
): Promise<StatsResults> {
  tell('filling two tables')
  await fill(stack, settings)
  const { users: hotUsers, paths: hotPaths } = await describeHotDay(stack)
  const running = new Map<Contender, Services>()
  try {
    for (const contender of contenders) running.set(contender, await startServices(stack, contender))
    const rounds: StatsRound[] = []
    for (let round = 0; round <= settings.rounds; round += 1) {
      tell(round === 0 ? 'warming up' : `round ${round} of ${settings.rounds}`)
      const services = contenders.map((contender) => running.get(contender)?.reporting as BenchProcess)
      const measured = await askAll(services, settings, round)
      if (round === 0) continue
      contenders.forEach((contender, index) => {
        const of = (times: number[][]) => spreadOf(times[index] ?? []).median
        const { hotFirst, hotRepeated, smallFirst, smallRepeated } = measured
        rounds.push({
          ...{ round, contender, hotFirstMs: of(hotFirst), hotRepeatedMs: of(hotRepeated) },
          ...{ smallFirstMs: of(smallFirst), smallRepeatedMs: of(smallRepeated) },
        })
      })
    }
    return { hotUsers, hotPaths, rounds }
  } finally {
    await Promise.all([...running.values()].map((services) => services.stop()))
  }
}

async function fill(
  stack: BenchStack,
  { rounds, hotDays, hotRows, smallSites }: StatsSettings,
): Promise<void> {
  await stack.makeTables()
  const days = (rounds + 1) * hotDays
  const sites = (rounds + 1) * smallSites
  const firstDay = dayAgo(smallDay)
  for (const contender of contenders) {
    const { name } = tables[contender]
    await fillHistory(stack, contender, {
      firstDay: dayAgo(days),
      days,
      rowsPerDay: hotRows,
      site: `'${hot}'`,
    })
    const site = `concat('small-', toString(k % ${sites}))`
    await fillHistory(stack, contender, { firstDay, days: 1, rowsPerDay: sites * smallRows, site })
    await stack.run(`OPTIMIZE TABLE ${name} FINAL`)
  }
}

async function describeHotDay(stack: BenchStack): Promise<{ users: number; paths: number }> {
  const [row] = await stack.rows<{ users: number; paths: number }>(
    `SELECT uniqExact(user) AS users, uniqExact(path) AS paths FROM ${tables.usual.name}
     WHERE site = '${hot}' AND startsWith(time, '${dayAgo(smallDay)}')`,
  )
  return row ?? { users: 0, paths: 0 }
}

/** The times of each service for all its questions, service by service. */
type Times = Record<'hotFirst' | 'hotRepeated' | 'smallFirst' | 'smallRepeated', number[][]>

/** Every question goes to all services, one after the other; round 0 is the warm-up and has questions of its own. */
async function askAll(
  services: BenchProcess[],
  { hotDays, smallSites, repeats }: StatsSettings,
  round: number,
): Promise<Times> {
  const questionsOf = (count: number, ask: (number: number) => StatsQuestion) =>
    Array.from({ length: count }, (_, index) => ask(round * count + index))
  const hotQuestions = questionsOf(hotDays, (day) => ({ site_id: hot, date: dayAgo(smallDay + day) }))
  const smallQuestions = questionsOf(smallSites, (site) => ({
    site_id: `small-${site}`,
    date: dayAgo(smallDay),
  }))
  const again = ([question]: StatsQuestion[]) =>
    question ? new Array<StatsQuestion>(repeats).fill(question) : []
  return {
    hotFirst: await askInTurn(services, hotQuestions),
    hotRepeated: await askInTurn(services, again(hotQuestions)),
    smallFirst: await askInTurn(services, smallQuestions),
    smallRepeated: await askInTurn(services, again(smallQuestions)),
  }
}
