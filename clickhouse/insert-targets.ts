// The tables that are inserted into, with the shape of the lines they are filled from, and the two ways an INSERT is written.
import { ClickHouseError } from '@clickhouse/client'
import { putLength } from './row-binary.ts'

/** A column of a line. The type is the table's, to the letter as ClickHouse writes it. */
type Column = readonly [name: string, type: string]

export interface InsertTarget {
  table: string
  /** Lines are taken as they are, which is refused where a column of the table has another type by now. */
  direct: Statement
  /** Lines are converted to what the table has. For many lines it is the faster one, too. */
  converting: Statement
}

/** The text of an INSERT, and what its body begins with. */
export interface Statement {
  query: string
  head: Buffer
}

const nothing = Buffer.alloc(0)

function target(
  table: string,
  format: 'RowBinary' | 'JSONEachRow',
  columns: readonly Column[],
): InsertTarget {
  const into = `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')})`
  const input = columns.map(([name, type]) => `${name} ${sentTypeOf(type)}`).join(', ')
  const converting = `${into} SELECT * FROM input('${input.replaceAll("'", "''")}') FORMAT ${format}`
  return {
    table,
    direct:
      format === 'RowBinary'
        ? { query: `${into} FORMAT RowBinaryWithNamesAndTypes`, head: headOf(columns) }
        : { query: `${into} FORMAT ${format}`, head: nothing },
    converting: { query: converting, head: nothing },
  }
}

/** A dictionary is made faster for a column at a time than value by value. The bytes of a value are the same. */
function sentTypeOf(type: string): string {
  return type.replace(/^LowCardinality\((.*)\)$/, '$1')
}

/** The number of columns, their names, and their types. */
function headOf(columns: readonly Column[]): Buffer {
  const texts = [...columns.map(([name]) => name), ...columns.map(([, type]) => type)].map((text) =>
    Buffer.from(text),
  )
  return Buffer.concat([
    lengthBytes(columns.length),
    ...texts.flatMap((text) => [lengthBytes(text.length), text]),
  ])
}

function lengthBytes(length: number): Buffer {
  const bytes = Buffer.alloc(5)
  return bytes.subarray(0, putLength(bytes, 0, length))
}

/** Whether ClickHouse refused lines, whatever they are, since the table has other types of columns than they. */
export function isOfOtherTypes(error: unknown): boolean {
  return (
    error instanceof ClickHouseError && error.code === '117' && /^Type of '.*' must be /.test(error.message)
  )
}

/**
 * Rows of `events`, as `event-row.ts` writes them. The JSON type is the table's to the letter: from any other the values would
 * be written out and parsed once more, which costs more than all the rest of the insert.
 */
const eventColumns: readonly Column[] = [
  ['site_id', 'LowCardinality(String)'],
  ['received_at', "DateTime64(3, 'UTC')"],
  ['kafka_partition', 'UInt32'],
  ['kafka_offset', 'UInt64'],
  ['kafka_line', 'UInt32'],
  ['event_type', 'LowCardinality(String)'],
  ['path', 'String'],
  ['user_id', 'String'],
  ['timestamp', "DateTime64(3, 'UTC')"],
  ['event_id', 'UUID'],
  ['referrer', 'String'],
  ['properties', 'JSON(max_dynamic_types=4, max_dynamic_paths=16)'],
]

export const eventsTarget = target('events', 'RowBinary', eventColumns)

/** Takes rows as `events` does and keeps none. */
export const trialTarget = target('events_trial', 'RowBinary', eventColumns)

/** Rows of `dead_letters`, as `dead-letter-row.ts` writes them: raw bytes and key may be no UTF-8. */
export const deadLettersTarget = target('dead_letters', 'RowBinary', [
  ['raw', 'String'],
  ['reason', 'LowCardinality(String)'],
  ['field', 'String'],
  ['message', 'String'],
  ['kafka_key', 'String'],
  ['kafka_partition', 'UInt32'],
  ['kafka_offset', 'UInt64'],
  ['kafka_line', 'UInt32'],
  ['received_at', "DateTime64(3, 'UTC')"],
])

/** Rows of `ranges`: the books, one row a range and site. */
export const rangesTarget = target('ranges', 'JSONEachRow', [
  ['topic', 'LowCardinality(String)'],
  ['kafka_partition', 'UInt32'],
  ['first_offset', 'UInt64'],
  ['last_offset', 'UInt64'],
  ['site_id', 'LowCardinality(String)'],
  ['lines', 'UInt64'],
  ['rows', 'UInt64'],
  ['duplicates', 'UInt64'],
  ['dead', 'UInt64'],
])
