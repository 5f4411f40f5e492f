// What the tables have of a range that is not known to be stored wholly.
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import {
  queryStoredDeadLetters,
  queryStoredEvents,
  type StoredEventLine,
  type StoredLine,
} from '../../clickhouse/look.ts'
import type { Span } from './protocol.ts'

/** By `offset:line`. */
export interface StoredLines {
  events: Map<string, StoredEventLine>
  dead: Map<string, StoredLine>
}

export async function readStoredLines(
  clickhouse: ClickHouse,
  source: Source,
  span: Span,
): Promise<StoredLines> {
  const [events, dead] = await Promise.all([
    queryStoredEvents(clickhouse, source, span),
    queryStoredDeadLetters(clickhouse, source, span),
  ])
  return { events: byPlace(events), dead: byPlace(dead) }
}

function byPlace<Line extends StoredLine>(lines: Line[]): Map<string, Line> {
  return new Map(lines.map((line) => [`${line.offset}:${line.line}`, line]))
}
