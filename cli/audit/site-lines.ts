// Every site's line, one after another, however many there are.
import { querySites } from '../../clickhouse/audit/tables-against-books.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { Audit } from './audit.ts'

/** What became of one site's lines, all partitions and topics together. */
export interface SiteLine {
  site: string
  rows: number
  duplicates: number
  dead: number
  /** Null where the topic was not read. */
  inFlight: number | null
  /** Lines by which topic, books and tables differ. */
  difference: number
}

/** Sites of the books and tables by name, then those of which everything is still in flight. */
export async function* siteLines(clickhouse: ClickHouse, audit: Audit): AsyncGenerator<SiteLine> {
  const inFlight = new Map<string, number>()
  for (const { topic } of audit.partitions) {
    for (const [site, lines] of topic?.inFlightBySite ?? []) {
      inFlight.set(site, (inFlight.get(site) ?? 0) + lines)
    }
  }
  const wasRead = audit.partitions.some(({ topic }) => topic !== null)
  const waiting = (site: string) => (wasRead ? (inFlight.get(site) ?? 0) : null)
  for await (const found of querySites(clickhouse, [...audit.logs.present, ...audit.logs.others])) {
    const { site, bookedRows, bookedDead, duplicates } = found
    yield {
      site,
      rows: bookedRows,
      duplicates,
      dead: bookedDead,
      inFlight: waiting(site),
      difference: Math.max(
        audit.sites.of(site),
        Math.abs(bookedRows - found.storedRows) + Math.abs(bookedDead - found.storedDead),
      ),
    }
    inFlight.delete(site)
  }
  for (const [site, lines] of inFlight) {
    yield { site, rows: 0, duplicates: 0, dead: 0, inFlight: lines, difference: audit.sites.of(site) }
  }
}
