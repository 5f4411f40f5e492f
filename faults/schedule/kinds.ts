// The kinds of fault: what each is done to, how often it comes up and how long it lasts.
import { wholeBetween, type Random } from '../random.ts'
import type { Trouble, TroubleKind } from '../proxy/trouble.ts'

/** What a run may do its faults to. */
export interface Targets {
  ingests: string[]
  consumers: string[]
  /** Names of links, such as `consumer-1>kafka`. */
  links: string[]
  /** Names of small disks. */
  disks: string[]
}

export interface Kind {
  name: string
  /** What is done. */
  action: Action
  /** How often it comes up, against the others. */
  weight: number
  /** What it may be done to: processes, links or disks. */
  targetsOf: (targets: Targets) => string[]
  /** Milliseconds: the least and the most; both 0 for what happens at once. */
  lasts: readonly [number, number]
}

export type Action = 'kill' | 'freeze' | 'hold-down' | 'restart' | 'come-and-go' | 'fill-disk' | TroubleKind

const justOne = (name: string) => () => [name]
const ingests = ({ ingests: all }: Targets) => all
const consumers = ({ consumers: all }: Targets) => all
const seconds = (least: number, most: number) => [least * 1000, most * 1000] as const
const atOnce = [0, 0] as const

const ofProcesses: Kind[] = [
  { name: 'kill-consumer', action: 'kill', weight: 10, targetsOf: consumers, lasts: atOnce },
  { name: 'kill-ingest', action: 'kill', weight: 8, targetsOf: ingests, lasts: atOnce },
  { name: 'kill-clickhouse', action: 'kill', weight: 5, targetsOf: justOne('clickhouse'), lasts: atOnce },
  { name: 'kill-kafka', action: 'kill', weight: 4, targetsOf: justOne('kafka'), lasts: atOnce },
  // The consumer's session lasts 15 s: the longer ones make it a member that was thought dead.
  { name: 'freeze-consumer', action: 'freeze', weight: 10, targetsOf: consumers, lasts: seconds(1, 25) },
  { name: 'freeze-ingest', action: 'freeze', weight: 5, targetsOf: ingests, lasts: seconds(1, 20) },
  {
    name: 'freeze-clickhouse',
    action: 'freeze',
    weight: 5,
    targetsOf: justOne('clickhouse'),
    lasts: seconds(1, 25),
  },
  { name: 'freeze-kafka', action: 'freeze', weight: 4, targetsOf: justOne('kafka'), lasts: seconds(1, 20) },
  { name: 'kafka-down', action: 'hold-down', weight: 2, targetsOf: justOne('kafka'), lasts: seconds(5, 30) },
  {
    name: 'clickhouse-down',
    action: 'hold-down',
    weight: 2,
    targetsOf: justOne('clickhouse'),
    lasts: seconds(5, 30),
  },
  { name: 'restart-ingest', action: 'restart', weight: 4, targetsOf: ingests, lasts: atOnce },
  { name: 'restart-consumer', action: 'restart', weight: 4, targetsOf: consumers, lasts: atOnce },
  {
    name: 'restart-reporting',
    action: 'restart',
    weight: 1,
    targetsOf: justOne('reporting'),
    lasts: atOnce,
  },
  {
    name: 'extra-consumer',
    action: 'come-and-go',
    weight: 5,
    targetsOf: justOne('consumer-extra'),
    lasts: seconds(3, 25),
  },
  {
    name: 'clickhouse-disk-full',
    action: 'fill-disk',
    weight: 3,
    targetsOf: ({ disks }) => disks.filter((name) => name === 'clickhouse'),
    lasts: seconds(3, 20),
  },
  {
    name: 'spool-disk-full',
    action: 'fill-disk',
    weight: 3,
    targetsOf: ({ disks }) => disks.filter((name) => name !== 'clickhouse'),
    lasts: seconds(5, 20),
  },
]

/** The ways that connections go, and how often each kind of trouble comes up there. */
const ways = { 'consumer>clickhouse': 4, 'consumer>kafka': 2, 'ingest>kafka': 2, 'client>ingest': 2 }
const troubles = ['cut', 'delay', 'swallow', 'hang', 'half-open', 'break-off'] as const

const ofLinks = Object.entries(ways).flatMap(([way, weight]) =>
  troubles.map((action): Kind => {
    const pattern = new RegExp(`^${way.replace('>', '(-\\d+)?>')}(-\\d+)?$`)
    const targetsOf = ({ links }: Targets) => links.filter((name) => pattern.test(name))
    return { name: `${action} ${way}`, action, weight, targetsOf, lasts: seconds(1, 20) }
  }),
)

export const kinds: readonly Kind[] = [...ofProcesses, ...ofLinks]

/** How strong the trouble of a link is. */
export function troubleOf(action: TroubleKind, random: Random): Trouble {
  if (action === 'delay') return { kind: action, ms: wholeBetween(random, 20, 1500) }
  if (action === 'break-off') return { kind: action, bytes: wholeBetween(random, 1, 100_000) }
  return { kind: action }
}
