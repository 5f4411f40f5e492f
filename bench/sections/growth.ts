// Growth: the same drain into, and the same questions to, tables that hold ever more days.
import { startServices } from '../contenders/services.ts'
import type { BenchStack } from '../stack/bench-stack.ts'
import { fillByTallyline } from '../stack/fill-topic.ts'
import { dayAgo, fillHistory } from '../stack/history.ts'
import { spreadOf } from '../statistics.ts'
import { askStats } from './ask-stats.ts'
import { drainPart } from './drain-contenders.ts'
import { drain, type Drain } from './drain.ts'
import type { Tell } from './tell.ts'

export interface GrowthSettings {
  rounds: number
  /** Events that each drain stores. */
  events: number
  /** How many days the table holds before. */
  days: number[]
}

export interface GrowthStep {
  /** Rows that the table holds before. */
  rows: number
  drains: Drain[]
  /** Milliseconds of GET /stats asked for the first time, p50. */
  hotFirstMs: number
  smallFirstMs: number
}

/** A day: five hot sites with 30,000 events each, and 250 small ones with 200 each. */
const rowsPerDay = 200_000
const hotSites = 5
const smallSites = 250
const site = `if(k % 4 < 3, concat('hot-', toString(intDiv(k, 4) % ${hotSites})),
  concat('small-', toString(intDiv(k, 4) % ${smallSites})))`

const smallQuestions = 20
const warmUps = 30

export async function runGrowth(
  stack: BenchStack,
  { rounds, events, days }: GrowthSettings,
  tell: Tell,
): Promise<GrowthStep[]> {
  const topic = await stack.newTopic('growth')
  tell(`filling a topic with ${events} events`)
  await fillByTallyline(stack, topic, events)
  const part = drainPart('tallylinePacked', { packed: topic, singles: topic }, events)
  const steps: GrowthStep[] = []
  for (const count of days) {
    const rows = count * rowsPerDay
    tell(`filling a table with ${rows} rows`)
    const history = await makeHistory(stack, count)
    const drains: Drain[] = []
    for (let round = 1; round <= rounds; round += 1) {
      tell(`${rows} rows, drain ${round} of ${rounds}`)
      await attachHistory(stack, history)
      drains.push(await drain(stack, part, events))
    }
    steps.push({ rows, drains, ...(await askForTheFirstTime(stack)) })
  }
  return steps
}

/** Makes it once, in a database of its own that every drain copies. */
async function makeHistory(stack: BenchStack, days: number): Promise<string> {
  await stack.makeTables()
  await fillHistory(stack, 'tallyline', { firstDay: dayAgo(days), days, rowsPerDay, site })
  await stack.run('OPTIMIZE TABLE events FINAL')
  const name = `${stack.database}_history`
  await stack.setAside(name)
  return name
}

/** New tables with all parts of the history, as links to the same files. */
async function attachHistory(stack: BenchStack, history: string): Promise<void> {
  await stack.makeTables()
  const parts = await stack.rows<{ name: string; partition: string }>(
    `SELECT DISTINCT table AS name, partition_id AS partition FROM system.parts
     WHERE database = '${history}' AND active AND table != 'migrations'`,
  )
  for (const { name, partition } of parts) {
    await stack.run(`ALTER TABLE ${name} ATTACH PARTITION ID '${partition}' FROM ${history}.${name}`)
  }
}

async function askForTheFirstTime(
  stack: BenchStack,
): Promise<Pick<GrowthStep, 'hotFirstMs' | 'smallFirstMs'>> {
  const services = await startServices(stack, 'tallyline')
  const date = dayAgo(1)
  const ask = async (name: string) => {
    const startedAt = performance.now()
    await askStats(services.reporting, { site_id: name, date })
    return performance.now() - startedAt
  }
  const askEach = async (kind: string, from: number, count: number) => {
    const times: number[] = []
    for (let number = from; number < from + count; number += 1) times.push(await ask(`${kind}-${number}`))
    return spreadOf(times).median
  }
  try {
    await askEach('small', 0, warmUps)
    const hotFirstMs = await askEach('hot', 0, hotSites)
    return { hotFirstMs, smallFirstMs: await askEach('small', warmUps, smallQuestions) }
  } finally {
    await services.stop()
  }
}
