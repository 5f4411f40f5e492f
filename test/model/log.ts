// The model's log of one partition: records of one or more lines at rising offsets, with gaps between them.

export interface Log {
  /** By offset: the number of lines before it. One entry more than there are offsets. */
  linesBefore: number[]
  /** By line: the offset of its record. */
  offsetOf: number[]
  /** By line: the month it belongs to, each of which lands in the table on its own. */
  monthOf: number[]
  /** The first offset that has not expired. */
  start: number
  /** The offset after the last. */
  end: number
}

export const months = 2

/** What may stand at an offset, as the months of its lines. No lines: a gap, such as compaction leaves. */
const kinds: readonly (readonly number[])[] = [[0], [1], [0, 1], [], [0], [1, 1], [1, 0], []]

export const entryKinds = kinds.length

/** @param entries what stands at each offset, as an index below `entryKinds` */
export function createLog(entries: readonly number[]): Log {
  const log: Log = { linesBefore: [0], offsetOf: [], monthOf: [], start: 0, end: entries.length }
  for (const [offset, entry] of entries.entries()) {
    for (const month of kinds[entry] ?? []) {
      log.offsetOf.push(offset)
      log.monthOf.push(month)
    }
    log.linesBefore.push(log.offsetOf.length)
  }
  return log
}

/** The number of lines at offsets below `offset`. */
export function linesBelow(log: Log, offset: number): number {
  return log.linesBefore[Math.min(offset, log.end)] ?? 0
}
