// Holds one partition's records against its ranges, and says where they differ.
import { queryBookedRanges, queryLastBefore } from '../../clickhouse/audit/booked-ranges.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { RecordReader } from '../../kafka/read-records.ts'
import { amount, whereIs, type Findings } from './findings.ts'
import type { PresentLog } from './logs.ts'
import { watchMissing, type MissingLines } from './name-missing.ts'
import { walkLog, type LogBalance } from './walk-log.ts'

export interface WalkPartitionParts {
  clickhouse: ClickHouse
  reader: RecordReader
  topic: string
  log: PresentLog
  /** Lines to be named on the way. */
  missing: readonly MissingLines[]
  findings: Findings
  sites: SiteDifferences
}

/** Lines of each site by which topic, books and tables differ. */
export interface SiteDifferences {
  add: (site: string, lines: number) => void
  of: (site: string) => number
  /** The sites that differ most. */
  most: (count: number) => { site: string; lines: number }[]
}

/** Sites beyond these that differ are in the findings, as far as those reach. */
const mostSites = 10_000

export function createSiteDifferences(): SiteDifferences {
  const sites = new Map<string, number>()
  return {
    add: (site, lines) => {
      if (sites.has(site) || sites.size < mostSites) sites.set(site, (sites.get(site) ?? 0) + lines)
    },
    of: (site) => sites.get(site) ?? 0,
    most: (count) =>
      [...sites]
        .map(([site, lines]) => ({ site, lines }))
        .sort((left, right) => right.lines - left.lines)
        .slice(0, count),
  }
}

/** Walks from the first range that Kafka still has wholly. */
export async function walkPartition(parts: WalkPartitionParts): Promise<LogBalance> {
  const { clickhouse, reader, topic, log, findings, sites: differences } = parts
  const { topicId, partition } = log
  // Partitions are read one after another, so Kafka may have dropped more since the audit began.
  const low = await reader.start(partition)
  // The range in which the log begins is no longer in Kafka wholly: only the tables can be held against it.
  const from = Math.max(low, (await queryLastBefore(clickhouse, topic, log, low)) + 1)
  const missing = parts.missing.filter((lines) => lines.log === log)
  return walkLog({
    from,
    cut: log.cut,
    records: reader.read(partition, from, log.high),
    ranges: queryBookedRanges(clickhouse, topic, log, from),
    watch: (range) => watchMissing(clickhouse, missing, range),
    onLinesDiffer: ({ first, last }, site, inTopic, inBooks) => {
      const count = Math.abs(inTopic - inBooks)
      const text = `${whereIs(partition, first, last, site)}: ${amount(inTopic, 'line')} in the topic, ${inBooks} in the books`
      const place = { topicId, partition, firstOffset: first, lastOffset: last, site }
      findings.add({ kind: 'lines_differ', count, text, fails: true, ...place })
      differences.add(site, count)
    },
    onUnbooked: (first, last, lines, sites) => {
      const text = `${whereIs(partition, first, last)}: ${amount(lines, 'line')} in the topic that no range of the books covers`
      const place = { topicId, partition, firstOffset: first, lastOffset: last }
      findings.add({ kind: 'not_in_books', count: lines, text, fails: true, ...place })
      for (const [site, count] of sites) differences.add(site, count)
    },
  })
}
