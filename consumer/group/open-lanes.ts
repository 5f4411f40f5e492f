// Finds out where every partition of a new membership goes on, and makes its lanes.
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import { queryClock } from '../../clickhouse/look.ts'
import type { Logger } from '../../runtime/logger.ts'
import { untilDone } from '../../runtime/retry.ts'
import type { RangeLimits } from '../config.ts'
import type { InsertSchedule } from '../lane/insert-schedule.ts'
import { createLane, type Lane } from '../lane/lane.ts'
import type { StoreSteps } from '../lane/pending-range.ts'
import { createPrepareRange } from '../lane/prepare-range.ts'
import type { LaneStart, Span } from '../lane/protocol.ts'
import type { Range } from '../lane/range.ts'
import { loadWindow } from '../recent-ids/load-window.ts'
import type { RecentIds, WindowLimits } from '../recent-ids/recent-ids.ts'
import type { ReadStarts } from './starts.ts'

export interface OpenLanesParts {
  topic: string
  limits: RangeLimits
  window: WindowLimits
  fenceSeconds: number
  schedule: InsertSchedule
  /** For questions. */
  clickhouse: ClickHouse
  /** For inserts: keeps no connection alive. */
  inserter: ClickHouse
  readStarts: ReadStarts
  /** How a range is stored, apart from how it is prepared and committed. */
  steps: Omit<StoreSteps, 'prepare' | 'learn' | 'commit'>
  onStored: (source: Source, span: Span, range: Range) => void
  /** Told whenever a lane may take more than a moment before. */
  onRoom: () => void
  /** The ids that are known from now on. */
  onWindow: (recentIds: RecentIds) => void
  logger: Logger
}

/** What belongs to the membership that is opened. */
export interface MembershipParts {
  commit: StoreSteps['commit']
  onRejoin: (isFenced: boolean) => void
  signal: AbortSignal
}

export type OpenLanes = (
  partitions: readonly number[],
  membership: MembershipParts,
) => Promise<ReadonlyMap<number, Lane>>

export function createOpenLanes(parts: OpenLanesParts): OpenLanes {
  const { topic, clickhouse, inserter, logger } = parts
  return async (partitions, { commit, onRejoin, signal }) => {
    const open = async () => {
      const starts = await parts.readStarts(partitions)
      const nextOffsets = new Map(
        [...starts.partitions].map(([partition, { next, pending }]) => [partition, pending?.first ?? next]),
      )
      const recentIds = await loadWindow(clickhouse, parts.window, { topicId: starts.topicId, nextOffsets })
      parts.steps.clock.observe(await queryClock(clickhouse))
      parts.onWindow(recentIds)
      logger.info({ partitions, recentIds: recentIds.size() }, 'knows where to go on')
      return { ...starts, recentIds }
    }
    const {
      topicId,
      partitions: starts,
      recentIds,
    } = await untilDone(open, {
      signal,
      isHopeless: () => false,
      onFailure: (error, pauseMs) =>
        logger.warn({ err: error, pauseMs }, 'it is not known yet where to go on'),
    })
    const steps: StoreSteps = {
      ...parts.steps,
      ...createPrepareRange(clickhouse, inserter, recentIds),
      commit,
    }
    const newLane = (partition: number, start: LaneStart) => {
      return createLane({
        source: { topic, topicId, partition },
        start,
        limits: parts.limits,
        fenceSeconds: parts.fenceSeconds,
        steps,
        schedule: parts.schedule,
        judge: recentIds.judge,
        onStored: parts.onStored,
        onRoom: parts.onRoom,
        onRejoin,
      })
    }
    return new Map([...starts].map(([partition, start]) => [partition, newLane(partition, start)]))
  }
}
