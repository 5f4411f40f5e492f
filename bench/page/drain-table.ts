// The table of draining a topic.
import { drainContenders, type DrainContender } from '../sections/drain-contenders.ts'
import type { DrainResults, DrainRound } from '../sections/drain-rounds.ts'
import { ratioBy, spreadBy } from './rounds.ts'
import { bold, digits, spread, table, times } from './table.ts'

export function drainNames(eventsPerRecord: number): Record<DrainContender, string> {
  const packed = `${digits(eventsPerRecord)} events a record`
  return {
    usual: 'the usual, 1 event a record',
    kafkaEngineSingles: 'Kafka engine, 1 event a record',
    kafkaEnginePacked: `Kafka engine, ${packed}`,
    tallylinePacked: `Tallyline, ${packed}`,
    tallylineSingles: 'Tallyline, 1 event a record',
    rawPosts: 'limit: raw posts, one at a time',
    rawPostsTwo: 'limit: raw posts, two at a time',
  }
}

export function drainTable({ rounds, eventsPerRecord }: DrainResults): string {
  const names = drainNames(eventsPerRecord)
  const rate = (round: DrainRound) => round.rowsPerSecond
  const rows = drainContenders.map((contender) => {
    const of = (valueOf: (round: DrainRound) => number | null) => spreadBy(rounds, contender, valueOf)
    const isOurs = contender.startsWith('tallyline')
    return [
      isOurs ? bold(names[contender]) : names[contender],
      spread(of(rate)),
      spread(of(({ cpu }) => cpu.consumer)),
      spread(of(({ cpu }) => cpu.clickhouse)),
      spread(of(({ cpu }) => cpu.kafka)),
      spread(of((round) => round.maxMegabytes)),
      contender === 'usual' ? '1' : bold(times(ratioBy(rounds, contender, 'usual', rate))),
    ]
  })
  const cpu = 'CPU s a million rows'
  return table(
    [
      '',
      'rows/s',
      `consumer ${cpu}`,
      `ClickHouse ${cpu}`,
      `Kafka ${cpu}`,
      'consumer MB',
      'against the usual',
    ],
    rows,
  )
}
