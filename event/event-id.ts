// How an event is known: a UUID, whatever text the client chose as its id.
import { v5 as uuidV5 } from 'uuid'

const lowerCaseUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The namespace of every derived id. It never changes: a changed one would count resent events twice. */
const namespace = 'b6a5c2f4-3d0e-5b7a-9c41-7e2f8d1a6b30'

/** Whether the text is a UUID in lower case, and so stored as it is. */
export function isUuid(text: string): boolean {
  return lowerCaseUuid.test(text)
}

/** The stored id: a lower-case UUID as it is, any other text as the UUIDv5 of the site, NUL and the text. */
export function toEventUuid(siteId: string, eventId: string): string {
  return isUuid(eventId) ? eventId : uuidV5(`${siteId}\0${eventId}`, namespace)
}

/** The topic id of what was stored before topics were told apart, or came from a Kafka that knows no such ids (before 3.0). */
export const unknownTopicId = '00000000-0000-0000-0000-000000000000'

/** The id of an event that came without one, straight on the topic: the same at every reading. */
export function eventUuidOfPlace(topic: string, partition: number, offset: string, line: number): string {
  return uuidV5(`${topic}\0${partition}\0${offset}\0${line}`, namespace)
}
