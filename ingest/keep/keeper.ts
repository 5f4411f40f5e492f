// Keeps events before their sender is told so: in Kafka, or on this machine's disk while Kafka does not take them. Events of
// one partition stay in order: while older ones are in the spool, younger ones go behind them.
import { rememberPartitions } from '../../kafka/partition-of.ts'
import type { Position, Published, SiteLines } from '../../kafka/publish/publishing.ts'
import type { Publisher } from '../../kafka/publish/publisher.ts'
import { NotSpooled, type Spool } from '../../spool/spool.ts'
import type { Handover } from './handover.ts'

/** What became of lines that were to be kept. */
export interface Kept {
  /** Where they stand in the log; null where some of them are in the spool, and stand nowhere yet. */
  position: Position | null
  /** Those of sites that neither Kafka nor the spool kept. Kafka may have them all the same: its answer may be what was lost. */
  lost: SiteLines[]
  /** Why the last of these were lost. */
  reason: string
}

/** Keeps lines, at least of one site; those of each site are kept, or lost, by themselves. Never rejects. */
export type Keep = (sites: readonly SiteLines[]) => Promise<Kept>

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
  const isBehind = ({ siteId }: SiteLines) => spool?.holds(partitionOf(siteId)) ?? false

  const publish = async (sites: readonly SiteLines[]): Promise<Published> =>
    sites.length > 0 ? publisher.publish(sites) : { position: new Map(), refused: [], reason: '' }

  /** Why they could not be spooled; null where they were. */
  const append = async ({ siteId, receivedAt, events, lines }: SiteLines): Promise<string | null> => {
    try {
      await spool?.append({ siteId, receivedAt, events, text: lines })
    } catch (error) {
      if (!(error instanceof NotSpooled)) throw error
      return `Kafka cannot be reached, and ${error.message}`
    }
    onSpooled(events)
    return null
  }

  return async (sites) => {
    if (sites.some(isBehind)) await handover.over()
    const behind = new Set(sites.filter(isBehind))
    const published = await publish(behind.size > 0 ? sites.filter((site) => !behind.has(site)) : sites)
    const { position, refused, reason } = published
    const left = [...behind, ...refused]
    if (left.length === 0 || !spool) return { position, lost: left, reason }
    const reasons = await Promise.all(left.map(append))
    const lost = left.filter((_site, index) => reasons[index] !== null)
    return {
      position: lost.length < left.length ? null : position,
      lost,
      reason: reasons.findLast((each) => each !== null) ?? '',
    }
  }
}
