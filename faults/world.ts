// Everything of a run: the stack, its clients, and those who watch it.
import { createFleet, type Fleet } from './clients/fleet.ts'
import { createDirectProducer, type DirectProducer } from './clients/direct-producer.ts'
import { createRunEvents, type RunEvents } from './events/event-of.ts'
import { createLedger, type Ledger } from './events/ledger.ts'
import type { FaultOptions } from './options.ts'
import { createRandom } from './random.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { openFaultStack, partitions, topic, type FaultStack } from './stack/fault-stack.ts'
import type { Places } from './stack/places.ts'
import { startMemoryWatch, type MemoryWatch } from './watch/memory.ts'
import { startProgressWatch, type ProgressWatch } from './watch/progress.ts'
import { startReader, type Reader } from './watch/reader.ts'
import { openStores, type Stores } from './watch/stores.ts'

export interface World {
  options: FaultOptions
  places: Places
  stack: FaultStack
  stores: Stores
  events: RunEvents
  /** The instant that timestamps of the past count from, epoch milliseconds. */
  base: number
  ledger: Ledger
  fleet: Fleet
  direct: DirectProducer
  reader: Reader
  progress: ProgressWatch
  memory: MemoryWatch
  /** What no client should ever see, as sentences. */
  troubles: string[]
  say: (text: string) => void
  /** Ends everything; by force where `isHasty`. */
  close: (isHasty: boolean) => Promise<void>
}

/** Share of the events that do not go through ingest. */
const directShare = 0.02

/** Small ranges, often: many moments at which a fault hits between two steps. */
const eagerConsumers = { RANGE_MAX_AGE_MS: '400' }

/** Starts the stack and those who watch it; the clients are ready but send nothing yet. */
export async function openWorld(
  options: FaultOptions,
  places: Places,
  { traffic, isRough }: Scenario,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<World> {
  const { seed } = options
  const order = {
    ...{ places, ingests: options.ingests, consumers: options.consumers },
    ...{ proxied: isRough, smallDisks: isRough },
    env: { ...(isRough ? eagerConsumers : {}), ...options.env },
  }
  const stack = await openFaultStack(order, signal)
  const base = Date.now()
  const events = createRunEvents({ seed, partitions, base })
  const ledger = createLedger()
  const stores = openStores(stack)
  const troubles: string[] = []
  const fleet = createFleet(events, ledger, {
    ...{ urls: stack.ingestUrls, rate: options.rate * (1 - directShare), batch: options.batch },
    ...{ singles: 0.4, thrice: 0.03, refused: 0.05, inFlight: 64, timeoutMs: 10_000 },
    ...{ catchUpSeconds: 2, onAttempt: () => undefined },
    random: createRandom(seed + 1),
    onTrouble: (what) => troubles.push(what),
    ...traffic,
  })
  const direct = createDirectProducer(stores.kafka, events, ledger, {
    ...{ topic, rate: options.rate * directShare, random: createRandom(seed + 2) },
  })
  const reader = startReader(stores.clickhouse, ({ event_id, site_id, copies, places: at }) =>
    say(`DOUBLED: ${event_id} of ${site_id} is there ${copies} times, from ${at.join(' and ')}`),
  )
  const progress = startProgressWatch(stores)
  const memory = startMemoryWatch(stack, places)
  const close = async (isHasty: boolean) => {
    fleet.stop()
    memory.stop()
    await Promise.all([direct.stop(), reader.stop(), progress.stop()])
    await stores.close()
    await stack.close(isHasty)
  }
  const parts = { options, places, stack, stores, events, base, ledger, troubles, say, close }
  return { ...parts, fleet, direct, reader, progress, memory }
}
