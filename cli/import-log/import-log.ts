// Carries a log into Tallyline: lines, events, batches. Reads no faster than ingest takes.
import type { Sender } from '../../client/sender.ts'
import { parseLine, type LogLine } from './access-log-line.ts'
import { eventIdOf, eventOf } from './event-of-line.ts'
import type { OpenLog } from './open-log.ts'
import type { Repetitions } from './repetitions.ts'
import { splitLines } from './split-lines.ts'
import { countMalformed, type Tally } from './tally.ts'

export interface ImportParts {
  log: Pick<OpenLog, 'chunks' | 'damage'>
  siteId: string
  /** Events are tagged with the number of their line. */
  sender: Sender<number>
  repetitions: Repetitions
  /** Counts what is read, malformed and sent; verdicts are the sender's to report. */
  tally: Tally
}

interface NumberedLine extends LogLine {
  number: number
  text: string
}

/** Lines are numbered among their like and sent in blocks of so many lines, or so many characters. */
const blockLines = 16_384
const blockCharacters = 16_000_000

/**
 * Sends an event for every well-formed line; resolves when each has its verdict.
 * @throws SendError when the sender has given up
 */
export async function importLog({ log, siteId, sender, repetitions, tally }: ImportParts): Promise<void> {
  let block: NumberedLine[] = []
  let characters = 0

  async function sendBlock(): Promise<void> {
    const above = repetitions.next(block)
    for (const [index, line] of block.entries()) {
      const eventId = eventIdOf(siteId, line.text, above[index] ?? 0)
      tally.sent += 1
      await sender.send(eventOf(siteId, line, eventId), line.number)
    }
    block = []
    characters = 0
  }

  for await (const lines of splitLines(log)) {
    for (const text of lines) {
      tally.lines += 1
      const line = parseLine(text)
      if (line === null) {
        countMalformed(tally, tally.lines, text)
        continue
      }
      block.push({ ...line, number: tally.lines, text })
      characters += text.length
    }
    if (block.length >= blockLines || characters >= blockCharacters) await sendBlock()
  }
  await sendBlock()
  await sender.flush()
}
