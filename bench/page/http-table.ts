// The tables of events over HTTP.
import type { HttpContender, HttpRound } from '../sections/http-rounds.ts'
import { ratioBy, spreadBy } from './rounds.ts'
import { bold, notKnown, spooledNote, spread, table, times } from './table.ts'

const names: Record<HttpContender, string> = {
  usual: 'the usual',
  tallyline: '**Tallyline**',
  limit: 'limit: node:http that keeps nothing',
}

/** @param what is counted: requests, or the events in them */
export function httpTable(rounds: readonly HttpRound[], what: 'requests' | 'events'): string {
  const rate = (round: HttpRound) => (what === 'events' ? round.eventsPerSecond : round.requestsPerSecond)
  const contenders = (['usual', 'tallyline', 'limit'] as const).filter((name) =>
    rounds.some(({ contender }) => contender === name),
  )
  const rows = contenders.map((name) => {
    const of = (valueOf: (round: HttpRound) => number | null) => spread(spreadBy(rounds, name, valueOf))
    const against = (other: HttpContender) => times(ratioBy(rounds, name, other, rate))
    const mine = [
      ...[names[name], of(rate), of((round) => round.p50Ms), of((round) => round.p99Ms)],
      ...[of((round) => round.p999Ms), of((round) => round.serviceCpuUs), of((round) => round.loadCpu * 100)],
    ]
    return [...mine, name === 'usual' ? '1' : bold(against('usual')), ...ofLimit(name, against)]
  })
  const head = ['', `${what}/s`, 'p50 ms', 'p99 ms', 'p99.9 ms', 'service CPU µs a request', 'load CPU %']
  const limit = contenders.includes('limit') ? ['against the limit'] : []
  return table([...head, 'against the usual', ...limit], rows) + spooledNote(rounds)

  function ofLimit(name: HttpContender, against: (other: HttpContender) => string): string[] {
    if (!contenders.includes('limit')) return []
    const ratio = against('limit')
    return [name === 'limit' ? '1' : ratio === notKnown ? '' : ratio]
  }
}
