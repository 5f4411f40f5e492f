// The scenarios of runs by their names.
import type { FleetSettings } from '../clients/fleet.ts'
import type { FaultOptions } from '../options.ts'
import type { FaultRun } from '../schedule/run-faults.ts'
import type { World } from '../world.ts'
import { randomFaults } from './random-faults.ts'

export interface Running {
  /** What is special of its clients. */
  traffic: Partial<FleetSettings>
  /** Resolves when the faults are over; the clients are still sending. */
  run: (world: World, signal: AbortSignal) => Promise<FaultRun>
  /** What it found out beside what every run does. */
  figures: () => Record<string, unknown>
}

export function scenarioOf(_options: FaultOptions): Running {
  return { traffic: {}, run: randomFaults, figures: () => ({}) }
}
