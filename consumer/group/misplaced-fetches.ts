// Fetches that their lane cannot take: they do not follow the last one, or there is no lane for them. Some are to be
// expected; where they go on and on, kafkajs and this consumer no longer agree about the group or the log.

export interface MisplacedFetches {
  /** One more of this partition that could not be taken. */
  add: (partition: number) => void
  /** One of this partition was taken. Says nothing about others, which may be stuck all the same. */
  clear: (partition: number) => void
  clearAll: () => void
}

const mostInARow = 20

/** @param onTooMany told of a partition with too many of them in a row */
export function createMisplacedFetches(onTooMany: (partition: number) => void): MisplacedFetches {
  const inARow = new Map<number, number>()
  return {
    add: (partition) => {
      const count = (inARow.get(partition) ?? 0) + 1
      inARow.set(partition, count)
      if (count <= mostInARow) return
      inARow.clear()
      onTooMany(partition)
    },
    clear: (partition) => void inARow.delete(partition),
    clearAll: () => inARow.clear(),
  }
}
