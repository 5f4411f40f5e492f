// When books are written: those that several lanes, or several inserts, owe together, shortly after the rows. Nobody who reads
// the events waits for them; what is in no books is looked for by whoever takes a partition over.

/** A lane as the schedule sees it. */
export interface OwingLane {
  /** Whether it cannot wait. */
  isUrgent: () => boolean
  writeBooks: () => void
}

export interface BookSchedule {
  /** Says that a lane owes books, until it is told to write them. */
  owe: (lane: OwingLane) => void
}

/** Milliseconds: an insert of books costs ClickHouse about as much as a small one of rows. */
const pauseMs = 100

export function createBookSchedule(): BookSchedule {
  let owing = new Set<OwingLane>()
  let timer: NodeJS.Timeout | undefined
  const writeAll = () => {
    clearTimeout(timer)
    timer = undefined
    const due = owing
    owing = new Set()
    for (const lane of due) lane.writeBooks()
  }
  return {
    owe: (lane) => {
      owing.add(lane)
      if (lane.isUrgent()) setImmediate(writeAll)
      else timer ??= setTimeout(writeAll, pauseMs)
    },
  }
}
