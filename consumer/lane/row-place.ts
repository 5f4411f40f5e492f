// Where a row came from, as it stands at the head of its text.

/** What a row begins with, up to the number of its line: where it came from, before the members of its event. */
export function placeOfRow(receivedAt: number, partition: number, offset: string): string {
  return `{"at":${receivedAt},"part":${partition},"offset":${offset},"line":`
}

const startOfRow = /^\{"at":(\d+),"part":\d+,"offset":(\d+),"line":(\d+),/

/**
 * Where a row made here came from, and its event's canonical line.
 * @throws Error for a text that is no such row
 */
export function readRow(text: string): { offset: string; line: number; receivedAt: number; event: string } {
  const found = startOfRow.exec(text)
  if (!found) throw new Error('this is no row of an event')
  const [start, receivedAt, offset = '', line] = found
  const event = `{${text.slice(start.length).trimEnd()}`
  return { offset, line: Number(line), receivedAt: Number(receivedAt), event }
}
