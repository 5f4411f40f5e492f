// Many callers, one piece of work: what is asked for in the same turn of the event loop is done together.

/**
 * Gives back a function that takes one item and settles with the work on all items that came in the same turn: they
 * succeed together or fail together.
 */
export function gather<Item, Result>(
  doTogether: (items: Item[]) => Promise<Result>,
): (item: Item) => Promise<Result> {
  let items: Item[] = []
  let work: Promise<Result> | null = null
  const begin = () => {
    const gathered = items
    items = []
    work = null
    return doTogether(gathered)
  }
  return (item) => {
    items.push(item)
    work ??= new Promise<void>((resolve) => setImmediate(resolve)).then(begin)
    return work
  }
}
