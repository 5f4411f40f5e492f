// One membership in the consumer group, from joining it to the next time it has to be joined. Whatever was fetched or is held
// under an earlier one is no longer ours, since the partition may have gone to somebody else and come back.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../kafka/cluster.ts'
import { sessionTimeoutMs, type GroupMember, type Membership } from '../../kafka/group/group-member.ts'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/retry.ts'
import type { Lane } from '../lane/lane.ts'
import { createBackPressure, type BackPressure } from './back-pressure.ts'
import { startFetching } from './fetching.ts'
import { createGroupCommit } from './group-commit.ts'
import type { OpenLanes } from './open-lanes.ts'

/**
 * Why a membership ends. `rebalance`: what is under way may be finished; `lost`: somebody else may have the partitions by now;
 * `doubt`: the group does not know yet that it is over, and a commit may still arrive, so it has to be left before it is joined
 * again; `stop`: nothing more is wanted.
 */
export type End = 'rebalance' | 'lost' | 'doubt' | 'stop'

export interface ServingParts {
  member: GroupMember
  /** Connections for fetching. */
  cluster: Cluster
  topic: string
  maxHeldBytes: number
  openLanes: OpenLanes
  isQuiet: () => boolean
  logger: Logger
}

/** A membership that is being served. */
export interface Served {
  /** Resolves with why it ended, once nothing of it is done any more; rejects where the program cannot go on. */
  ended: Promise<End>
  /** Whether it is known where every partition goes on. */
  isOpen: () => boolean
  end: (why: End) => void
  backPressure: BackPressure
}

/** Often enough to learn of a rebalance soon. */
const heartbeatMs = 1000

/** A rebalance waits for what is under way, but no longer: the others cannot go on before. */
const finishWithinMs = 3000

/** Fetches, stores and commits until the membership ends. */
export function serve(membership: Membership, parts: ServingParts): Served {
  const { topic, cluster, logger } = parts
  const over = new AbortController()
  const stopFetching = new AbortController()
  let lanes: ReadonlyMap<number, Lane> | null = null
  let end: (why: End) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const ending = new Promise<End>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  const backPressure = createBackPressure(() => lanes ?? noLanes, parts.maxHeldBytes)

  const open = async () => {
    const found = await parts.openLanes(membership.partitions, {
      commit: createGroupCommit(parts.member, membership, logger),
      onRejoin: (isFenced) => end(isFenced ? 'lost' : 'doubt'),
      signal: over.signal,
    })
    lanes = found
    if (over.signal.aborted) {
      endAll(found)
      return
    }
    const onMoved = (why: string) => {
      logger.warn({ why }, 'the group is joined anew')
      end('doubt')
    }
    startFetching({
      ...{ cluster, topic, lanes: found, backPressure, isQuiet: parts.isQuiet, logger },
      ...{ signal: stopFetching.signal, onMoved, onFault: fail },
    })
  }
  const run = async (): Promise<End> => {
    const beating = beat(parts.member, membership, end, over.signal, logger)
    open().catch((error: unknown) => over.signal.aborted || fail(error))
    try {
      const why = await ending
      stopFetching.abort()
      backPressure.onRoom()
      const held = [...(lanes ?? noLanes).values()]
      if (why === 'stop') await drain(held)
      if (why === 'rebalance') await within(finishWithinMs, '', drain(held)).catch(() => undefined)
      return why
    } finally {
      stopFetching.abort()
      over.abort()
      endAll(lanes ?? noLanes)
      await beating
    }
  }
  return {
    ended: run(),
    isOpen: () => lanes !== null && !over.signal.aborted,
    end: (why) => end(why),
    backPressure,
  }
}

const noLanes: ReadonlyMap<number, Lane> = new Map()

/** Also of lanes that were opened too late: they would go on like others. */
function endAll(lanes: ReadonlyMap<number, Lane>): void {
  for (const lane of lanes.values()) lane.end()
}

async function drain(lanes: readonly Lane[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.drain()))
}

/** Tells the group that this member is alive, until the signal is given. */
async function beat(
  member: GroupMember,
  membership: Membership,
  end: (why: End) => void,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const isOver = () => signal.aborted
  let answeredAt = performance.now()
  for (;;) {
    await sleep(heartbeatMs, undefined, { signal }).catch(() => undefined)
    if (isOver()) return
    try {
      const sign = await member.heartbeat(membership)
      answeredAt = performance.now()
      if (sign === 'rebalancing') end('rebalance')
      if (sign === 'gone') end('lost')
    } catch (error) {
      logger.debug({ err: error }, 'the group did not answer a heartbeat')
      // Whoever is not heard of for so long is taken for dead.
      if (performance.now() - answeredAt > sessionTimeoutMs) end('doubt')
    }
  }
}
