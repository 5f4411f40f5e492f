// Memory of the services while a run goes on.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../services.ts'

/** Bytes. */
export interface MemoryFigures {
  before: number
  peak: number
  after: number
}

export interface MemoryWatch {
  /** Ends the watch; gives the figures of each service by its name. */
  stop: () => Promise<Map<string, MemoryFigures>>
}

const pauseMs = 250

/** Asks the services again and again how much they hold. One that has died is left out. */
export async function watchMemory(services: Service[]): Promise<MemoryWatch> {
  const figures = new Map<string, MemoryFigures>()
  const stopping = new AbortController()
  const look = async () => {
    for (const service of services) {
      const now = await service.memory().catch(() => null)
      if (now === null) continue
      const { before, peak } = figures.get(service.name) ?? { before: now, peak: now }
      figures.set(service.name, { before, peak: Math.max(peak, now), after: now })
    }
  }
  const watch = async () => {
    while (!stopping.signal.aborted) {
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      await look()
    }
  }
  await look()
  const watching = watch()
  return {
    stop: async () => {
      stopping.abort()
      await watching
      return figures
    },
  }
}
