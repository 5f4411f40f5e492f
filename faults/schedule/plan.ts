// The faults of a run, planned before it begins: the same for the same seed.
import { pauseWithMean, wholeBetween, type Random } from '../random.ts'
import type { Trouble } from '../proxy/trouble.ts'
import { kinds, troubleOf, type Action, type Kind, type Targets } from './kinds.ts'

export interface PlannedFault {
  number: number
  /** Milliseconds after the faults begin. */
  atMs: number
  kind: string
  action: Action
  target: string
  /** 0 for what happens at once. */
  durationMs: number
  /** For a link: what it suffers. */
  trouble: Trouble | null
}

export interface PlanSettings {
  /** Milliseconds between the beginnings of two faults, on average. */
  everyMs: number
  /** Ends the plan: after so many milliseconds, or so many faults. */
  forMs: number
  count: number
  /** Names of kinds, or beginnings of them; empty for all. */
  only: readonly string[]
}

/**
 * Faults may overlap, but not on one target.
 * @throws Error where no kind is left that this run can do
 */
export function planFaults(settings: PlanSettings, targets: Targets, random: Random): PlannedFault[] {
  const possible = kinds.filter((kind) => isWanted(kind, settings.only) && kind.targetsOf(targets).length > 0)
  if (possible.length === 0) {
    const names = kinds.map(({ name }) => name).join(', ')
    throw new Error(`no fault is called ${settings.only.join(', ')}, or none can be made here: ${names}`)
  }
  const faults: PlannedFault[] = []
  const busyUntil = new Map<string, number>()
  let atMs = 0
  while (faults.length < settings.count) {
    atMs += pauseWithMean(random, settings.everyMs)
    if (atMs >= settings.forMs) break
    const fault = toFault(choose(possible, random), targets, random, { number: faults.length + 1, atMs })
    if ((busyUntil.get(fault.target) ?? 0) > atMs) continue
    busyUntil.set(fault.target, atMs + fault.durationMs)
    faults.push(fault)
  }
  return faults
}

function isWanted({ name }: Kind, only: readonly string[]): boolean {
  return only.length === 0 || only.some((beginning) => name.startsWith(beginning))
}

/** By weight. */
function choose(possible: readonly Kind[], random: Random): Kind {
  let left = random() * possible.reduce((sum, { weight }) => sum + weight, 0)
  return possible.find(({ weight }) => (left -= weight) < 0) ?? (possible[0] as Kind)
}

function toFault(
  kind: Kind,
  targets: Targets,
  random: Random,
  place: { number: number; atMs: number },
): PlannedFault {
  const { name, action, targetsOf, lasts } = kind
  const all = targetsOf(targets)
  const target = all[wholeBetween(random, 0, all.length - 1)] ?? ''
  const durationMs = wholeBetween(random, lasts[0], lasts[1])
  const isOfLink = target.includes('>')
  return {
    ...{ number: place.number, atMs: Math.round(place.atMs), kind: name, action, target, durationMs },
    trouble: isOfLink ? troubleOf(action as Trouble['kind'], random) : null,
  }
}
