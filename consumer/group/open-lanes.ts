// Finds out where every partition of a new membership goes on, and makes its lanes.
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { ShortRequests } from '../../clickhouse/short-requests.ts'
import type { Logger } from '../../runtime/logger.ts'
import { untilDone } from '../../runtime/retry.ts'
import type { RangeLimits } from '../config.ts'
import { createLane, type Lane, type LaneParts } from '../lane/lane.ts'
import { createLaneLines } from '../lane/lane-lines.ts'
import type { LaneSteps } from '../lane/lane-work.ts'
import { createPrepareRange } from '../lane/prepare-range.ts'
import { remember } from '../lane/stored-lines.ts'
import { loadWindow } from '../recent-ids/load-window.ts'
import type { RecentIds, WindowLimits } from '../recent-ids/recent-ids.ts'
import type { PartitionStart, ReadStarts } from './starts.ts'

export interface OpenLanesParts extends Pick<
  LaneParts,
  'times' | 'schedule' | 'bookSchedule' | 'onStored' | 'onRoom'
> {
  topic: string
  limits: RangeLimits
  window: WindowLimits
  /** For questions. */
  clickhouse: ClickHouse
  /** For inserts: their answers are waited for no longer than their leases allow. */
  inserts: ShortRequests
  readStarts: ReadStarts
  /** How ranges are stored, apart from how they are prepared and committed. */
  steps: Omit<LaneSteps, 'prepare' | 'commit'>
  /** The ids that are known from now on. */
  onWindow: (recentIds: RecentIds) => void
  logger: Logger
}

/** What belongs to the membership that is opened. */
export interface OpeningParts extends Pick<LaneSteps, 'commit'>, Pick<LaneParts, 'onRejoin'> {
  signal: AbortSignal
}

export type OpenLanes = (
  partitions: readonly number[],
  membership: OpeningParts,
) => Promise<ReadonlyMap<number, Lane>>

export function createOpenLanes(parts: OpenLanesParts): OpenLanes {
  const { topic, clickhouse, inserts, limits, logger } = parts
  return async (partitions, { commit, onRejoin, signal }) => {
    const open = async () => {
      const starts = await parts.readStarts(partitions, signal)
      const found = [...starts.partitions]
      const nextOffsets = new Map(found.map(([partition, { start }]) => [partition, start.booked]))
      const below = { topicId: starts.topicId, nextOffsets }
      const recentIds = await loadWindow(clickhouse, parts.window, below, signal)
      for (const [, { stored }] of found) remember(recentIds, stored)
      parts.onWindow(recentIds)
      logger.info({ partitions, recentIds: recentIds.size() }, 'knows where to go on')
      return { ...starts, recentIds }
    }
    const onFailure = (error: unknown, pauseMs: number) =>
      logger.warn({ err: error, pauseMs }, 'it is not known yet where to go on')
    const opened = await untilDone(open, { signal, isHopeless: () => false, onFailure })
    const { topicId, recentIds } = opened
    const steps = { ...parts.steps, prepare: createPrepareRange(clickhouse, inserts, recentIds), commit }
    const newLane = (partition: number, { start, stored }: PartitionStart) => {
      const source = { topic, topicId, partition }
      const lines = createLaneLines({ place: source, limits, recentIds, stored, expired: start.expired })
      return createLane({ ...parts, source, start, lines, steps, onRejoin })
    }
    return new Map([...opened.partitions].map(([partition, found]) => [partition, newLane(partition, found)]))
  }
}
