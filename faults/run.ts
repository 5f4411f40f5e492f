// One run from its beginning to its end; whatever happens, nothing is left running.
import { setMaxListeners } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkRun } from './check/check-run.ts'
import type { FaultOptions } from './options.ts'
import { toResult, type RunResult } from './report/result.ts'
import { toTable } from './report/table.ts'
import { scenarioOf } from './scenarios/scenarios.ts'
import { makePlaces, type Places } from './stack/places.ts'
import { openWorld } from './world.ts'

/**
 * Runs and checks; ends sooner, without a check, where `signal` is given.
 * @throws Error where the run cannot be done or cannot be checked
 */
export async function run(
  options: FaultOptions,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<RunResult | null> {
  const startedAt = new Date()
  // Every fault that waits for its time listens to it.
  setMaxListeners(0, signal)
  const scenario = scenarioOf(options)
  const places = await makePlaces(options.folder, options.seed)
  say(`seed ${options.seed}, folder ${places.folder}`)
  const isGood = { yes: false }
  try {
    const world = await openWorld(options, places, scenario, signal, say)
    try {
      const done = await scenario.run(world, signal)
      if (signal.aborted) return null
      const check = await checkRun(world)
      const result = await toResult(world, done, check, scenario, startedAt)
      isGood.yes = result.wrong.length === 0
      await writeFile(join(places.folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`)
      await writeFile(join(places.folder, 'result.txt'), `${toTable(result)}\n`)
      return result
    } finally {
      say('stopping everything')
      if (isKept(options, isGood.yes, signal)) for (const disk of world.stack.disks.values()) disk.keep()
      await world.close(signal.aborted)
    }
  } finally {
    if (isKept(options, isGood.yes, signal)) say(`everything is kept in ${places.folder}`)
    else await dropData(places)
  }
}

function isKept(options: FaultOptions, isGood: boolean, signal: AbortSignal): boolean {
  return options.keep || !(isGood || signal.aborted)
}

/** Logs, faults and the result stay. */
async function dropData(places: Places): Promise<void> {
  for (const folder of [places.data, places.spools]) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
