// Which failures of ClickHouse pass by themselves, and which will never.
import { ClickHouseError } from '@clickhouse/client'

/**
 * Codes that say the rows themselves cannot be taken: sending the same again never helps. Everything else
 * (network, memory, disk, limits, a server that starts or stops) may pass.
 * Source: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const refusedRows = new Set([
  '6', // CANNOT_PARSE_TEXT
  '26', // CANNOT_PARSE_QUOTED_STRING
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '53', // TYPE_MISMATCH
  '69', // ARGUMENT_OUT_OF_BOUND
  '72', // CANNOT_PARSE_NUMBER
  '117', // INCORRECT_DATA
  '376', // CANNOT_PARSE_UUID
])

/** Whether ClickHouse refused the rows for what they are. */
export function isRefusedRows(error: unknown): boolean {
  return error instanceof ClickHouseError && refusedRows.has(error.code)
}

/** Whether a query was ended for the time or memory it takes. */
export function isOverLimit(error: unknown): boolean {
  return error instanceof ClickHouseError && ['159', '160', '241'].includes(error.code)
}

/** Whether ClickHouse answered at all: false for a refused, reset or timed-out connection. */
export function isAnswer(error: unknown): error is ClickHouseError {
  return error instanceof ClickHouseError
}
