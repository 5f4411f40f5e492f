// Sends dead letters to the topic again. Each is marked before and after it is sent: what was broken off in between may
// be on the topic or not, so it is sent once more, as the very same event, and the consumer counts that once.
import type { ReplayMarks, Sending } from '../../clickhouse/dead-letter-replays.ts'
import type { DeadLetter } from '../../clickhouse/dead-letters.ts'
import { mostBytesOfRequest, type RecordSender } from '../../kafka/record-sender.ts'
import { outcomeOf, type Outcome } from './outcome.ts'

export interface ReplayParts {
  letters: AsyncIterable<DeadLetter>
  sender: Pick<RecordSender, 'send'>
  marks: ReplayMarks
  /** Sends also what would be set aside again, as it is. */
  force: boolean
  /** Told after every request. */
  onProgress: (tally: ReplayTally) => void
}

/** What became of the letters. */
export interface ReplayTally {
  /** On the topic now; of these so many that will be set aside again. */
  sent: number
  forced: number
  /** Sent again already, by an earlier replay. */
  before: number
  /** Kafka takes no record as large. */
  tooLarge: number
  /** Not sent, since they would be set aside again: how many for which reason, and one of each. */
  failing: Map<string, { count: number; message: string; example: DeadLetter }>
}

const mostRecords = 200

interface Ready {
  letter: DeadLetter
  eventId: string | null
  key: Buffer | null
  value: Buffer
}

/** Nothing has become of any letter yet. */
export function newTally(): ReplayTally {
  return { sent: 0, forced: 0, before: 0, tooLarge: 0, failing: new Map() }
}

/**
 * Sends what is not marked as sent.
 * @throws Error where Kafka or ClickHouse fails: what is marked as sent is, the letter at hand may be
 */
export async function replay(parts: ReplayParts, tally: ReplayTally): Promise<void> {
  let batch: Ready[] = []
  let bytes = 0
  const flush = async () => {
    if (batch.length === 0) return
    await sendBatch(parts, batch, tally)
    batch = []
    bytes = 0
    parts.onProgress(tally)
  }
  for await (const letter of parts.letters) {
    const ready = makeReady(letter, parts.force, tally)
    if (!ready) continue
    const length = ready.value.length + (ready.key?.length ?? 0)
    if (batch.length >= mostRecords || bytes + length > mostBytesOfRequest) await flush()
    batch.push(ready)
    bytes += length
  }
  await flush()
}

function makeReady(letter: DeadLetter, force: boolean, tally: ReplayTally): Ready | null {
  if (letter.state === 'replayed') {
    tally.before += 1
    return null
  }
  const outcome = outcomeOf(letter)
  if (outcome.kind === 'event') {
    const { site, line, eventId } = outcome
    return { letter, eventId, key: Buffer.from(site), value: Buffer.from(line) }
  }
  if (!force) {
    countFailing(tally, letter, outcome)
    return null
  }
  return { letter, eventId: null, key: letter.key.length > 0 ? letter.key : null, value: letter.raw }
}

/** Counts a letter that would be set aside again. */
export function countFailing(
  { failing }: Pick<ReplayTally, 'failing'>,
  example: DeadLetter,
  { reason, message }: Extract<Outcome, { kind: 'fails' }>,
): void {
  const group = failing.get(reason) ?? { count: 0, message, example }
  group.count += 1
  failing.set(reason, group)
}

async function sendBatch(
  { sender, marks }: ReplayParts,
  batch: readonly Ready[],
  tally: ReplayTally,
): Promise<void> {
  const sending = batch.map(({ letter, eventId }): Sending => {
    const { topicId, partition, offset, line } = letter
    return { topicId, partition, offset, line, eventId }
  })
  await marks.sending(sending)
  const places = await sender.send(batch)
  const sent = sending.flatMap((letter, index) => {
    const sentTo = places[index]
    return sentTo ? [{ ...letter, sentTo }] : []
  })
  const refused = sending.filter((_, index) => !places[index])
  if (sent.length > 0) await marks.sent(sent)
  if (refused.length > 0) await marks.refused(refused)
  tally.tooLarge += refused.length
  tally.sent += sent.length
  tally.forced += sent.filter(({ eventId }) => eventId === null).length
}
