// Many small writes as few large ones: what is asked for in one turn, or while a write is under way, goes out together.

export interface GroupCommit<Item> {
  /** Resolves once the item was written; rejects with the error of the write it went out with. */
  add: (item: Item) => Promise<void>
  /** Resolves when nothing waits and nothing is under way. */
  idle: () => Promise<void>
}

interface Waiting<Item> {
  item: Item
  resolve: () => void
  reject: (error: unknown) => void
}

/** @param write called with at least one item, never while another call is under way */
export function createGroupCommit<Item>(write: (items: Item[]) => Promise<void>): GroupCommit<Item> {
  let waiting: Waiting<Item>[] = []
  let writing: Promise<void> | null = null

  const writeAll = async () => {
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        await write(group.map(({ item }) => item))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    writing = null
  }
  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        writing ??= writeAll()
      }),
    idle: async () => {
      while (writing) await writing
    },
  }
}
