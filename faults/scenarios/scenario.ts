// What a run does between its start and its check.
import type { FleetSettings } from '../clients/fleet.ts'
import type { FaultRun } from '../schedule/run-faults.ts'
import type { World } from '../world.ts'

export interface Scenario {
  /** Whether it needs proxies and small disks. */
  isRough: boolean
  /** What is special of its clients. */
  traffic: Partial<FleetSettings>
  /** Resolves when the faults are over; clients may still be sending. Ends sooner where `signal` is given. */
  run: (world: World, signal: AbortSignal) => Promise<FaultRun>
  /** What it found out beside what every run does. */
  figures: () => Record<string, unknown>
  /** What is wrong of that, as sentences. */
  wrong: () => string[]
}
