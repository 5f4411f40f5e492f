// What a run is asked to do.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export interface FaultOptions {
  scenario: Scenario
  /** How long clients send and faults are made. */
  minutes: number
  /** The same seed makes the same faults and the same events. */
  seed: number
  /** Events a second. */
  rate: number
  /** Most events of a request. */
  batch: number
  /** Seconds between two faults, on average. */
  every: number
  /** Names of kinds of faults, or beginnings of them; empty for all. */
  only: string[]
  /** Whether each fault waits until events are stored again after the one before. */
  inTurn: boolean
  /** Ends the run after so many faults, however long that takes; null for a run of `minutes`. */
  count: number | null
  ingests: number
  consumers: number
  /** Milliseconds by which everything between the consumers and ClickHouse is late. */
  slow: number
  /** Whether consumers that were killed are taken out of their group, so that nobody waits for them. */
  bury: boolean
  /** Whether ingest is killed in the middle of the scenario `kafka-down`. */
  killIngest: boolean
  /** Milliseconds to wait at the end until all is stored. */
  settleMs: number
  folder: string | null
  /** Whether the data is kept though nothing is wrong. */
  keep: boolean
  /** Further variables of every service. */
  env: Record<string, string>
}

export const scenarios = ['random', 'none', 'kafka-down', 'sent-three-times'] as const
export type Scenario = (typeof scenarios)[number]

export const help = `Usage: npm run faults -- [--minutes 5] [--seed S] [options]

Runs a Kafka, a ClickHouse and several copies of every service of its own, sends events to them, does them harm at
random, and holds what is stored against what was acknowledged. Exit code 1 where anything is lost, doubled or
unknown, or the books do not balance.

  --minutes N       how long events are sent and faults are made; default 5
  --seed S          the same seed makes the same faults and events; default: chosen and printed
  --rate N          events a second; default 1000
  --batch N         most events of a request; default 200
  --every N         seconds between two faults, on average; default 8
  --only A,B        only faults whose name begins so, such as kill-consumer,freeze
  --count N         end after N faults instead of after some minutes
  --in-turn         each fault waits until events are stored again after the one before
  --faults none     no faults and no proxies: for memory and rates
  --scenario NAME   ${scenarios.slice(2).join(' or ')}, instead of faults at random
  --kill-ingest     with kafka-down: ingest is killed in the middle
  --ingests N       default 2
  --consumers N     default 2
  --slow N          milliseconds by which ClickHouse is late for the consumers; default 0
  --bury            take killed consumers out of their group at once, instead of after their session
  --settle N        minutes to wait at the end until all is stored; default 5
  --folder PATH     the run's folder; default: a new one for temporary files
  --keep            keep the data though nothing is wrong
  --env NAME=VALUE  a variable of every service; may come several times
  --help            this text

The full disks need root on Linux; elsewhere they are left out, which is said.`

const text = { type: 'string' } as const
const yes = { type: 'boolean' } as const

/**
 * Reads the arguments; null where help is asked for.
 * @throws Error for an argument that cannot be used
 */
export function readOptions(args: string[]): FaultOptions | null {
  const options = {
    ...{ minutes: text, seed: text, rate: text, batch: text, every: text, only: text, count: text },
    ...{
      faults: text,
      scenario: text,
      ingests: text,
      consumers: text,
      slow: text,
      settle: text,
      folder: text,
    },
    ...{
      'kill-ingest': yes,
      'in-turn': yes,
      bury: yes,
      keep: yes,
      help: yes,
      env: { type: 'string', multiple: true } as const,
    },
  }
  const { values } = parseArgs({ args, options })
  if (values.help) return null
  return {
    scenario: scenarioOf(values.scenario ?? (values.faults === 'none' ? 'none' : 'random')),
    minutes: numberOf('minutes', values.minutes, 5),
    seed: numberOf('seed', values.seed, randomInt(1, 1_000_000)),
    rate: numberOf('rate', values.rate, 1000),
    batch: numberOf('batch', values.batch, 200),
    every: numberOf('every', values.every, 8),
    only: (values.only ?? '').split(',').filter((name) => name !== ''),
    count: values.count === undefined ? null : numberOf('count', values.count, 0),
    ingests: numberOf('ingests', values.ingests, 2),
    consumers: numberOf('consumers', values.consumers, 2),
    slow: numberOf('slow', values.slow, 0),
    inTurn: values['in-turn'] ?? false,
    bury: values.bury ?? false,
    killIngest: values['kill-ingest'] ?? false,
    settleMs: numberOf('settle', values.settle, 5) * 60_000,
    folder: values.folder ?? null,
    keep: values.keep ?? false,
    env: Object.fromEntries((values.env ?? []).map(variableOf)),
  }
}

function scenarioOf(name: string): Scenario {
  const scenario = scenarios.find((known) => known === name)
  if (!scenario) throw new Error(`--scenario ${name} is not one of ${scenarios.join(', ')}`)
  return scenario
}

function numberOf(name: string, value: string | undefined, fallback: number): number {
  const number = value === undefined ? fallback : Number(value)
  if (value?.trim() === '' || !(number >= 0))
    throw new Error(`--${name} must be a number, not ${value ?? ''}`)
  return number
}

function variableOf(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new Error(`--env takes NAME=VALUE, not ${text}`)
  return [name, value]
}
