// What would become of a dead letter if it were sent again: the consumer's own checks, made beforehand.
import type { DeadLetter } from '../../clickhouse/dead-letters.ts'
import { eventUuidOfPlace, unknownTopicId } from '../../event/event-id.ts'
import { toLine } from '../../event/event-line.ts'
import { faultsText, parseEvent } from '../../event/event.ts'
import { parseJson } from '../../event/json.ts'
import { hasTooManyLines, tooManyLines } from '../../event/record-lines.ts'

export type Outcome =
  /** It is an event now: of this site, with this id, sent as this line. */
  | { kind: 'event'; site: string; eventId: string; line: string }
  /** It would be set aside again, for this reason. */
  | { kind: 'fails'; reason: string; message: string }

/**
 * Checks a dead letter as an event of the site that it names itself, whatever key it came with. Its line carries its own
 * time, the one at which it first came where the sender gave none, and its own id, one made of its place where the sender
 * gave none: so it counts where it belongs, and once, however often it is sent.
 */
export function outcomeOf(letter: DeadLetter): Outcome {
  const { raw } = letter
  const json = parseJson(raw)
  if (!json.ok && hasTooManyLines(raw, 0, raw.length)) return { kind: 'fails', ...tooManyLines }
  if (!json.ok) return { kind: 'fails', reason: json.code, message: `the line ${json.message}` }
  const parsed = parseEvent(json.value, letter.receivedAt, () => idOfPlace(letter))
  if (!parsed.ok) {
    return { kind: 'fails', reason: parsed.faults[0]?.code ?? 'type', message: faultsText(parsed.faults) }
  }
  const { site_id: site, event_id: eventId } = parsed.event
  return { kind: 'event', site, eventId, line: toLine(parsed.event) }
}

/** Letters of topics that were not told apart yet may share a place: their times tell them apart. */
function idOfPlace({ topicId, partition, offset, line, receivedAt }: DeadLetter): string {
  const topic = topicId === unknownTopicId ? `${topicId}/${receivedAt}` : topicId
  return eventUuidOfPlace(topic, partition, String(offset), line)
}
