// The group loop: joins the group and serves the membership until it ends, again and again.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { openCluster } from '../../kafka/cluster.ts'
import { createGroupMember, isHopeless } from '../../kafka/group/group-member.ts'
import type { Logger } from '../../runtime/logger.ts'
import { untilDone } from '../../runtime/retry.ts'
import { serve, type Served } from './membership.ts'
import type { OpenLanes } from './open-lanes.ts'

export interface ConsumeParts {
  /** Waits `groupRequestTimeoutMs` for its answers. */
  groupKafka: Kafka
  /** Waits `fetchAnswerMs` for its answers. */
  fetchKafka: Kafka
  groupId: string
  topic: string
  maxHeldBytes: number
  openLanes: OpenLanes
  /** Whether so few lines come that each is stored almost at once. */
  isQuiet: () => boolean
  logger: Logger
}

export interface Consumption {
  /** Begins. Rejects when consuming has ended for good; resolves once it is stopped. */
  run: () => Promise<void>
  /** Stores and commits what is held, then leaves the group. Never rejects. */
  stop: () => Promise<void>
  /** Called when something was stored: more may be fetched. */
  onRoom: () => void
  /** Bytes held by all lanes. */
  heldBytes: () => number
  /** Whether it is in the group and knows where to go on. */
  isMember: () => boolean
}

/** Between two memberships where the first ended in trouble. */
const rejoinPauseMs = 500

/** How long a stop waits for a join that is under way. */
const joinMayTakeMs = 2000

export function createConsumption(parts: ConsumeParts): Consumption {
  const { groupKafka, fetchKafka, groupId, topic, logger } = parts
  const stopping = new AbortController()
  const joining = new AbortController()
  const member = createGroupMember(groupKafka, groupId, topic)
  const cluster = openCluster(fetchKafka)
  let present: Served | null = null
  let running: Promise<void> | null = null
  const isOver = () => stopping.signal.aborted

  const connect = async () => {
    await cluster.connect()
    await cluster.addTargetTopic(topic)
  }
  const untilJoined = <T>(work: () => Promise<T>) =>
    untilDone(work, {
      ...{ signal: stopping.signal, isHopeless, longestPauseMs: 2000 },
      onFailure: (error, pauseMs) => logger.warn({ err: error, pauseMs }, 'the group cannot be joined'),
    })
  const serveOnce = async () => {
    const membership = await untilJoined(() => member.join(joining.signal))
    logger.info({ partitions: membership.partitions }, 'joined the group')
    present = serve(membership, { ...parts, member, cluster })
    if (isOver()) present.end('stop')
    const why = await present.ended
    if (why === 'doubt' || why === 'stop') await member.leave()
    if (why === 'rebalance' || why === 'stop') return
    logger.warn({ why }, 'joining the group anew')
    await sleep(rejoinPauseMs)
  }
  const run = async () => {
    try {
      await untilJoined(connect)
      while (!isOver()) await serveOnce()
    } catch (error) {
      if (!isOver()) throw error
    } finally {
      await member.leave()
      member.close()
      await cluster.disconnect().catch(() => undefined)
    }
  }
  return {
    run: () => (running ??= run()),
    stop: async () => {
      stopping.abort()
      present?.end('stop')
      // The group may take long to be complete, and nothing is held before.
      const giveUp = setTimeout(() => joining.abort(), joinMayTakeMs)
      // Whoever ran it has the error.
      await running?.catch(() => undefined)
      clearTimeout(giveUp)
    },
    onRoom: () => present?.backPressure.onRoom(),
    heldBytes: () => present?.backPressure.heldBytes() ?? 0,
    isMember: () => present?.isOpen() ?? false,
  }
}
