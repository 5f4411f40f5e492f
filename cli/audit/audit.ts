// Adds up the books: what the topic holds against `ranges`, and `ranges` against the tables, while events flow. How far
// the books and the group have come is read first: everything below is stored wholly, so only that is compared, and
// what comes after is in flight.
import { queryBookedLogs, queryStoredLogs } from '../../clickhouse/audit/audited-log.ts'
import type { TableBalance } from '../../clickhouse/audit/tables-against-books.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { createLogReader } from '../../kafka/log-reader.ts'
import { openRecordReader } from '../../kafka/read-records.ts'
import { untilDone } from '../../runtime/retry.ts'
import { checkBooks } from './check-books.ts'
import { beyondBooks, checkTables, missingFindings } from './check-tables.ts'
import { checkTwice } from './check-twice.ts'
import { createFindings, type Finding } from './findings.ts'
import { sortLogs, type Logs, type PresentLog } from './logs.ts'
import type { LogBalance } from './walk-log.ts'
import { createSiteDifferences, walkPartition, type SiteDifferences } from './walk-partition.ts'

export interface AuditParts {
  kafka: Parameters<typeof openRecordReader>[0]
  topic: string
  groupId: string
  clickhouse: ClickHouse
  options: AuditOptions
  /** Told what is being looked at. */
  progress: (text: string) => void
}

export interface AuditOptions {
  /** Reads the topic's records. Without it the books are only held against the tables. */
  readsTopic: boolean
  /** Looks for events that are stored twice, which reads every id. */
  checksIds: boolean
  allowExpired: boolean
}

/** One partition of the present topic: its log, and what the tables have of it. */
export interface PartitionAudit {
  log: PresentLog
  /** Null where the topic's records were not read. */
  topic: LogBalance | null
  tables: TableBalance
}

export interface Audit {
  at: Date
  topic: { name: string; id: string }
  groupId: string
  partitions: PartitionAudit[]
  /** Partitions of other topics, which are held against the tables only. */
  others: { topic: string | null; tables: TableBalance }[]
  logs: Logs
  sites: SiteDifferences
  findings: readonly Finding[]
  /** How many findings say that the books do not balance, those that were not kept too. */
  failing: number
  /** How many findings say something else, those that were not kept too. */
  notes: number
}

const lookWithinMs = 10_000

/**
 * Looks through everything once. Reads nothing twice but what differs, and holds no more than one range of lines.
 * @throws Error where Kafka or ClickHouse cannot be asked
 */
export async function audit(parts: AuditParts): Promise<Audit> {
  const { kafka, clickhouse, topic, groupId, options, progress } = parts
  const at = new Date()
  const booked = await queryBookedLogs(clickhouse)
  const reader = createLogReader(kafka, groupId, topic)
  // A group that is new, or has just moved to another broker, has no coordinator for a moment.
  const look = await untilDone(() => reader.look(), {
    isHopeless: (error) => (error as { retriable?: boolean }).retriable !== true,
    onFailure: () => undefined,
    signal: AbortSignal.timeout(lookWithinMs),
  }).finally(() => reader.close())
  const stored = await queryStoredLogs(clickhouse)
  const logs = sortLogs({ name: topic, id: look.topicId, partitions: look.partitions }, booked, stored)
  const findings = createFindings()

  progress('holding the tables against the books')
  const { balances, missing } = await checkTables(clickhouse, logs, findings)
  await checkBooks(clickhouse, logs, options, findings)
  const sites = createSiteDifferences()
  for (const { site, rows, dead } of missing) sites.add(site, rows + dead)
  const walked = options.readsTopic ? await walkAll(parts, logs, { missing, findings, sites }) : []
  for (const finding of [...missingFindings(missing), ...beyondBooks(logs, balances)]) findings.add(finding)
  progress('looking for what is stored twice')
  await checkTwice(clickhouse, logs, options.checksIds, findings)

  const tablesOf = (topicId: string, partition: number) =>
    balances.find((balance) => balance.topicId === topicId && balance.partition === partition)
  return {
    at,
    topic: { name: topic, id: look.topicId },
    groupId,
    logs,
    sites,
    partitions: logs.present.map((log, index) => ({
      log,
      topic: walked[index] ?? null,
      tables: tablesOf(log.topicId, log.partition) ?? nothing(log),
    })),
    others: logs.others.map((log) => ({
      topic: log.topic,
      tables: tablesOf(log.topicId, log.partition) ?? nothing(log),
    })),
    findings: findings.kept(),
    failing: findings.failing(),
    notes: findings.notes(),
  }
}

/** One partition after another: the topic is read no faster than it is compared. */
async function walkAll(
  { kafka, topic, clickhouse, progress }: AuditParts,
  logs: Logs,
  found: Omit<Parameters<typeof walkPartition>[0], 'clickhouse' | 'reader' | 'topic' | 'log'>,
): Promise<LogBalance[]> {
  const reader = await openRecordReader(kafka, topic)
  const walked: LogBalance[] = []
  try {
    for (const log of logs.present) {
      progress(`reading partition ${log.partition}, offsets ${log.low} to ${log.high}`)
      walked.push(await walkPartition({ ...found, clickhouse, reader, topic, log }))
    }
  } finally {
    await reader.close()
  }
  return walked
}

function nothing({ topicId, partition }: { topicId: string; partition: number }): TableBalance {
  return {
    topicId,
    partition,
    lines: 0,
    duplicates: 0,
    differing: 0,
    sites: [],
    rowsAbove: 0,
    deadAbove: 0,
    bookedRows: 0,
    storedRows: 0,
    bookedDead: 0,
    storedDead: 0,
  }
}
