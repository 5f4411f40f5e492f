// Keeps events before their sender is told so: in Kafka, or on this machine's disk while Kafka does not take them. Events of
// one partition stay in order: while older ones are in the spool, younger ones go behind them.
import { rememberPartitions } from '../../kafka/partition-of.ts'
import type { Publisher } from '../../kafka/publish/publisher.ts'
import { NotPublished, type Position, type SiteLines } from '../../kafka/publish/publishing.ts'
import { NotSpooled, type Spool } from '../../spool/spool.ts'
import type { Handover } from './handover.ts'

/** Events that neither Kafka nor the spool kept. Kafka may have them all the same: its answer may be what was lost. */
export class NotKept extends Error {
  override name = 'NotKept'
}

/**
 * Keeps lines of one site. Gives where they stand in the log, or null where they are in the spool.
 * @throws NotKept
 */
export type Keep = (lines: SiteLines) => Promise<Position | null>

export interface KeeperParts {
  publisher: Pick<Publisher, 'publish'>
  /** Null where it is turned off. */
  spool: Pick<Spool, 'append' | 'holds'> | null
  handover: Handover
  partitions: number
  /** Told of events that are spooled. */
  onSpooled: (events: number) => void
}

export function createKeeper({ publisher, spool, handover, partitions, onSpooled }: KeeperParts): Keep {
  const partitionOf = rememberPartitions(partitions)
  const isBehind = (siteId: string) => spool?.holds(partitionOf(siteId)) ?? false

  return async (lines) => {
    const { siteId, text, events, receivedAt } = lines
    if (isBehind(siteId)) await handover.over()
    if (!isBehind(siteId)) {
      try {
        return await publisher.publish(lines)
      } catch (error) {
        if (!(error instanceof NotPublished)) throw error
        if (!spool) throw new NotKept(error.message)
      }
    }
    try {
      await spool?.append({ siteId, receivedAt, events, text: Buffer.from(text) })
    } catch (error) {
      if (!(error instanceof NotSpooled)) throw error
      throw new NotKept(`Kafka cannot be reached, and ${error.message}`)
    }
    onSpooled(events)
    return null
  }
}
