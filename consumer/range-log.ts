// Says what was stored, at most one line a second: ranges stored in between are counted into the next line.
import type { Logger } from '../runtime/logger.ts'
import type { Range } from './range.ts'

const everyMs = 1000

export interface RangeLog {
  stored: (range: Range) => void
  /** Says what has not been said yet. */
  flush: () => void
}

export function createRangeLog(logger: Logger): RangeLog {
  let untold = { ranges: 0, rows: 0, dead: 0 }
  let last: Range | null = null
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (!last) return
    const { topic, partition, first, last: lastOffset } = last
    logger.info({ topic, partition, first, last: lastOffset, ...untold }, 'stored')
    untold = { ranges: 0, rows: 0, dead: 0 }
    last = null
  }

  return {
    stored: (range) => {
      last = range
      untold.ranges += 1
      untold.rows += range.rowCount
      untold.dead += range.dead.length
      if (timer) return
      flush()
      timer = setTimeout(flush, everyMs)
    },
    flush,
  }
}
