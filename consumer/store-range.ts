// Writes one range: rows, dead letters, and last the books. Tries again for as long as it takes: the events wait
// in Kafka meanwhile, and nothing is left out.
import type { ClickHouse } from '../clickhouse/client.ts'
import { isRefusedRows } from '../clickhouse/errors.ts'
import {
  deadLettersTarget,
  eventsTarget,
  insertLines,
  rangesTarget,
  type Insert,
} from '../clickhouse/insert-lines.ts'
import type { Logger } from '../runtime/logger.ts'
import { untilDone } from '../runtime/retry.ts'
import type { ConsumerMetrics } from './metrics.ts'
import { tokenOf, type Range } from './range.ts'

/**
 * Stores a range.
 * @param signal ends the trying: the range is then no longer this consumer's
 * @throws the last error, only once `signal` is given
 */
export type StoreRange = (range: Range, signal: AbortSignal) => Promise<void>

export function createStoreRange(
  clickhouse: ClickHouse,
  metrics: ConsumerMetrics,
  logger: Logger,
): StoreRange {
  return async (range, signal) => {
    for (const insert of insertsOf(range)) {
      await untilDone(() => metrics.timeInsert(() => insertLines(clickhouse, insert)), {
        signal,
        isHopeless: () => false,
        onFailure: (error, pauseMs) => {
          metrics.insertFailed()
          const facts = { err: error, table: insert.target.table, token: insert.token, pauseMs }
          if (isRefusedRows(error)) logger.error(facts, 'clickhouse refuses these rows')
          else logger.warn(facts, 'clickhouse did not store a range')
        },
      })
    }
    metrics.stored(range)
  }
}

function insertsOf(range: Range): Insert[] {
  const token = tokenOf(range)
  const partition = range.partition
  const inserts: Insert[] = []
  if (range.rowCount > 0) {
    inserts.push({ target: eventsTarget, lines: range.rows, token, constants: { partition } })
  }
  if (range.dead.length > 0) {
    inserts.push({
      target: deadLettersTarget,
      lines: deadLetterLines(range),
      token,
      constants: { partition },
    })
  }
  const constants = { topic: range.topic, partition, first: range.first, last: range.last }
  inserts.push({ target: rangesTarget, lines: bookLines(range), token, constants })
  return inserts
}

function deadLetterLines(range: Range): Buffer[] {
  return range.dead.map(({ raw, reason, field, message, key, offset, line, receivedAt }) =>
    toJsonLine({
      raw: raw.toString('base64'),
      reason,
      field,
      message,
      kafka_key: key?.toString('base64') ?? '',
      kafka_offset: offset,
      kafka_line: line,
      received_at: receivedAt,
    }),
  )
}

function bookLines(range: Range): Buffer[] {
  return [...range.books].map(([site_id, books]) => toJsonLine({ site_id, ...books }))
}

function toJsonLine(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`)
}
