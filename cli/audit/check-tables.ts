// Whether the tables hold what the books say: for every site that differs, in which ranges, and which way.
import type { AuditedLog } from '../../clickhouse/audit/audited-log.ts'
import { queryDifferingRanges, type DifferingRange } from '../../clickhouse/audit/differing-ranges.ts'
import { queryTableBalances, type TableBalance } from '../../clickhouse/audit/tables-against-books.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { amount, nameLines, whereIs, type Finding, type Findings } from './findings.ts'
import type { Logs } from './logs.ts'
import type { MissingLines } from './name-missing.ts'

/** Of each site so many ranges are looked for. */
const mostRanges = 20

/** So many sites are looked into; of further ones it is only said how many there are. */
const mostSites = 50

export interface TablesChecked {
  balances: TableBalance[]
  /** Ranges that have lines missing, for those who read the topic to name the lines. */
  missing: MissingLines[]
}

/** Compares both tables with the books. What is missing becomes a finding later, by `missingFindings`. */
export async function checkTables(
  clickhouse: ClickHouse,
  logs: Logs,
  findings: Findings,
): Promise<TablesChecked> {
  const all = [...logs.present, ...logs.others]
  const balances = await queryTableBalances(clickhouse, all)
  const missing: MissingLines[] = []
  let looked = 0
  for (const balance of balances) {
    const log = all.find(
      ({ topicId, partition }) => topicId === balance.topicId && partition === balance.partition,
    )
    if (!log) continue
    for (const { site } of balance.sites) {
      if (looked >= mostSites) break
      looked += 1
      for (const range of await queryDifferingRanges(clickhouse, log, site, mostRanges)) {
        for (const found of surplusOf(log, site, range)) findings.add(found)
        missing.push(...missingOf(log, site, range))
      }
    }
  }
  const untold = balances.reduce((sum, { differing }) => sum + differing, 0) - looked
  if (untold > 0) {
    const text = `and ${amount(untold, 'more site')} that differ between tables and books`
    findings.add({ kind: 'missing', count: untold, text, fails: true, topicId: '' })
  }
  return { balances, missing }
}

function missingOf(log: AuditedLog, site: string, range: DifferingRange): MissingLines[] {
  const rows = Math.max(0, range.bookedRows - range.storedRows)
  const dead = Math.max(0, range.bookedDead - range.storedDead)
  if (rows + dead === 0) return []
  return [{ log, site, first: range.first, last: range.last, rows, dead, named: [] }]
}

function surplusOf(log: AuditedLog, site: string, range: DifferingRange): Finding[] {
  const { first, last, isBooked } = range
  const where = whereIs(log.partition, first, last, site)
  const kinds = [
    ['row', range.storedRows - range.bookedRows],
    ['dead letter', range.storedDead - range.bookedDead],
  ] as const
  return kinds.flatMap(([noun, count]) => {
    if (count <= 0) return []
    const text = isBooked
      ? `${where}: ${amount(count, noun)} more in the table than in the books`
      : `${where}: ${amount(count, noun)} in the table that no range of the books covers`
    return [
      {
        kind: 'surplus' as const,
        count,
        text,
        fails: true,
        topicId: log.topicId,
        partition: log.partition,
        firstOffset: first,
        lastOffset: last,
        site,
      },
    ]
  })
}

/** What is missing, with the lines that the topic told. */
export function missingFindings(missing: readonly MissingLines[]): Finding[] {
  return missing.map(({ log, site, first, last, rows, dead, named }) => {
    const what = [rows > 0 ? amount(rows, 'row') : '', dead > 0 ? amount(dead, 'dead letter') : '']
    const many = rows + dead === 1 ? 'is' : 'are'
    const lines = named.length > 0 ? `: ${nameLines(named)}` : ''
    const more = named.length > 0 && named.length < rows + dead ? ' and more' : ''
    return {
      kind: 'missing',
      count: rows + dead,
      text: `${whereIs(log.partition, first, last, site)}: ${what.filter(Boolean).join(' and ')} ${many} missing${lines}${more}`,
      fails: true,
      topicId: log.topicId,
      partition: log.partition,
      firstOffset: first,
      lastOffset: last,
      site,
      lines: named,
    }
  })
}

/** Rows of other topics that their books do not reach: stored when the topic was deleted, or still being booked. */
export function beyondBooks(logs: Logs, balances: readonly TableBalance[]): Finding[] {
  return balances.flatMap(({ topicId, partition, rowsAbove, deadAbove }) => {
    const isOther = logs.others.some((log) => log.topicId === topicId && log.partition === partition)
    const count = rowsAbove + deadAbove
    if (!isOther || count === 0) return []
    const text = `partition ${partition} of topic ${topicId}: its books do not reach ${amount(count, 'stored line')}`
    return [{ kind: 'beyond_books' as const, count, text, fails: false, topicId, partition }]
  })
}
