// Says what was stored, at most one line a second: ranges stored in between are counted into the next line.
import type { Logger } from '../runtime/logger.ts'
import type { Source } from '../clickhouse/insert-lines.ts'
import type { StoredSpan } from './lane/lane-lines.ts'

const everyMs = 1000

export interface RangeLog {
  stored: (source: Source, stored: StoredSpan) => void
  /** Says what has not been said yet. */
  flush: () => void
}

export function createRangeLog(logger: Logger): RangeLog {
  let untold = { ranges: 0, rows: 0, dead: 0 }
  let last: { topic: string; partition: number; first: number; last: number } | null = null
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (!last) return
    logger.info({ ...untold, newest: last }, 'stored')
    untold = { ranges: 0, rows: 0, dead: 0 }
    last = null
  }

  return {
    stored: ({ topic, partition }, { span, books, dead }) => {
      last = { topic, partition, ...span }
      untold.ranges += 1
      for (const { rows } of books.values()) untold.rows += rows
      untold.dead += dead.length
      if (timer) return
      flush()
      timer = setTimeout(flush, everyMs)
    },
    flush,
  }
}
