// The lines that are kept of a batch, site by site.
import type { SiteLines } from '../../kafka/publish/publishing.ts'
import type { KeptEvent, Verdict } from './kept-event.ts'

/** Lines of one site, and the places of their events in the batch, counted from 0. */
export interface SiteEvents {
  lines: SiteLines
  indexes: number[]
}

const lineFeed = 0x0a

/** What is kept of one event. */
export function linesOf(event: KeptEvent, receivedAt: number): SiteLines {
  const bytes = Buffer.allocUnsafe(event.mostBytes())
  const end = event.writeLine(receivedAt, bytes, 0)
  return { siteId: event.siteId, lines: bytes.subarray(0, end), events: 1, receivedAt }
}

/** What is kept of a batch: those of each site in their order, in one piece. */
export function linesBySite(verdicts: readonly Verdict[], receivedAt: number): SiteEvents[] {
  const sites = new Map<string, { events: KeptEvent[]; indexes: number[] }>()
  let mostBytes = 0
  for (const [index, event] of verdicts.entries()) {
    if (!event.ok) continue
    mostBytes += event.mostBytes() + 1
    const site = sites.get(event.siteId)
    if (site) {
      site.events.push(event)
      site.indexes.push(index)
    } else {
      sites.set(event.siteId, { events: [event], indexes: [index] })
    }
  }
  const bytes = Buffer.allocUnsafe(mostBytes)
  let at = 0
  return Array.from(sites, ([siteId, { events, indexes }]) => {
    const start = at
    for (const event of events) {
      if (at > start) bytes[at++] = lineFeed
      at = event.writeLine(receivedAt, bytes, at)
    }
    return { lines: { siteId, lines: bytes.subarray(start, at), events: events.length, receivedAt }, indexes }
  })
}
