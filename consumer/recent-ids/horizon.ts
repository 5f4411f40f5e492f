// Up to which timestamps events may be stored that are no longer known by their ids.

/** Epoch milliseconds. */
export interface Horizon {
  all: number
  /** Sites whose clocks ran ahead when they sent such an event. */
  sites: Map<string, number>
}

/** Sites that are remembered by themselves unless told otherwise; beyond that, all are asked about. */
const defaultMostSites = 10_000

export function emptyHorizon(): Horizon {
  return { all: -Infinity, sites: new Map() }
}

/** Whether no event of the site with this timestamp, or a later one, is meant. */
export function isBeyond({ all, sites }: Horizon, site: string, timestamp: number): boolean {
  return timestamp > all && (sites.size === 0 || timestamp > (sites.get(site) ?? -Infinity))
}

/** Raises a horizon to where another one is. */
export function raiseTo(horizon: Horizon, { all, sites }: Horizon): void {
  horizon.all = Math.max(horizon.all, all)
  for (const [site, timestamp] of sites) raiseOfSite(horizon, site, timestamp)
}

export function raiseOfSite(
  horizon: Horizon,
  site: string,
  timestamp: number,
  mostSites = defaultMostSites,
): void {
  if (horizon.sites.size >= mostSites && !horizon.sites.has(site)) {
    horizon.all = Math.max(horizon.all, timestamp)
    return
  }
  horizon.sites.set(site, Math.max(horizon.sites.get(site) ?? -Infinity, timestamp))
}
