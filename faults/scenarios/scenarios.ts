// The scenarios of runs by their names.
import type { FaultOptions } from '../options.ts'
import { kafkaDown } from './kafka-down.ts'
import { randomFaults } from './random-faults.ts'
import type { Scenario } from './scenario.ts'
import { sentThreeTimes } from './sent-three-times.ts'

export function scenarioOf({ scenario, rate, killIngest }: FaultOptions): Scenario {
  if (scenario === 'kafka-down') return kafkaDown(rate, killIngest)
  if (scenario === 'sent-three-times') return sentThreeTimes()
  return {
    isRough: scenario === 'random',
    traffic: {},
    run: randomFaults,
    figures: () => ({}),
    wrong: () => [],
  }
}
