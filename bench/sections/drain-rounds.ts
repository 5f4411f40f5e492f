// Draining a topic into ClickHouse: all who can do it take turns on the same two topics.
import type { BenchStack } from '../stack/bench-stack.ts'
import { fillByTallyline, fillByUsual } from '../stack/fill-topic.ts'
import { drainContenders, drainPart, type DrainContender } from './drain-contenders.ts'
import { drain, type Drain } from './drain.ts'
import type { Tell } from './tell.ts'

export interface DrainSettings {
  rounds: number
  /** Events that each drain stores. */
  events: number
}

export interface DrainRound extends Drain {
  round: number
  contender: DrainContender
}

export interface DrainResults {
  /** Events of a record where Tallyline's ingest packs them, on average. */
  eventsPerRecord: number
  rounds: DrainRound[]
}

/** Fills the topics once; every drain reads them from their start, as a group of its own, into empty tables. */
export async function runDrain(
  stack: BenchStack,
  { rounds: count, events }: DrainSettings,
  tell: Tell,
): Promise<DrainResults> {
  const topics = {
    singles: await stack.newTopic('drain-singles'),
    packed: await stack.newTopic('drain-packed'),
  }
  tell(`filling two topics with ${events} events each`)
  await fillByUsual(stack.kafka, topics.singles, events)
  await fillByTallyline(stack, topics.packed, events)
  const eventsPerRecord = events / (await stack.countRecords(topics.packed))
  const rounds: DrainRound[] = []
  for (let round = 1; round <= count; round += 1) {
    for (const contender of drainContenders) {
      tell(`round ${round} of ${count}: ${contender}`)
      await stack.makeTables()
      const result = await drain(stack, drainPart(contender, topics, events), events)
      rounds.push({ round, contender, ...result })
    }
  }
  return { eventsPerRecord, rounds }
}
