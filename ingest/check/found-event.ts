// An event that is found in the bytes of a body, the short way: no more is made of it than its site and its id.
import { readUuid, toEventUuid } from '../../event/event-id.ts'
import { ScannedEvent, scanEvent } from '../../event/scan-event.ts'
import { plainUtf8 } from '../../event/scan-text.ts'
import { mostBytesAdded, uuidTextBytes, writeLine } from '../../event/write-line.ts'
import type { KeptEvent } from './kept-event.ts'
import { NewUuids } from './new-uuids.ts'

const uuids = new NewUuids()
const words = new Int32Array(4)

/** One object for an event, since each costs as much as a good part of the scan. */
export class FoundEvent extends ScannedEvent implements KeptEvent {
  readonly ok = true
  siteId = ''
  private readonly body: Buffer
  private readonly at: number
  /** The text of its UUID stands here. */
  private ids: Buffer
  private uuidAt = 0

  private constructor(body: Buffer, at: number) {
    super()
    this.body = body
    this.at = at
    this.ids = body
  }

  /** The event that begins at `at` of a body that is UTF-8; null where the schema has to be asked. Its `end` is behind its closing brace. */
  static find(body: Buffer, at: number, receivedAt: number): FoundEvent | null {
    const event = new FoundEvent(body, at)
    if (!scanEvent(body, at, body.length, plainUtf8, receivedAt, event)) return null
    event.siteId = body.toString('latin1', event.siteAt, event.siteEnd)
    event.findUuid()
    return event
  }

  eventId(): string {
    const { body, idAt, idEnd, ids, uuidAt } = this
    return idAt < idEnd
      ? body.toString('utf8', idAt, idEnd)
      : ids.toString('latin1', uuidAt, uuidAt + uuidTextBytes)
  }

  mostBytes(): number {
    return this.end - this.at + mostBytesAdded
  }

  writeLine(receivedAt: number, line: Buffer, at: number): number {
    return writeLine(this.body, this, receivedAt, this.ids, this.uuidAt, line, at)
  }

  /** The one that was sent, one that stands for another text that was, or a new one. */
  private findUuid(): void {
    const { body, idAt, idEnd } = this
    if (idAt === idEnd) {
      this.uuidAt = uuids.next()
      this.ids = uuids.texts
    } else if (readUuid(body, idAt, idEnd, words)) {
      this.uuidAt = idAt
    } else {
      this.ids = Buffer.from(toEventUuid(this.siteId, this.eventId()), 'latin1')
    }
  }
}
