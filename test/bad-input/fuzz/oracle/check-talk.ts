// Whether bytes over a connection of their own were answered as the contract says, and which events were accepted.
import { z } from 'zod'
import { readProblem } from '../../problem-document.ts'
import type { Received } from '../../send.ts'
import type { Heard } from '../../wire.ts'
import type { TalkCase } from '../case.ts'
import type { NamedEvent, Outcome } from './check-request.ts'
import { expectedOf } from './expected-event.ts'

const ids = z.union([
  z.object({ event_id: z.string() }).transform(({ event_id }) => [event_id]),
  z.object({ event_ids: z.array(z.string()) }).transform(({ event_ids }) => event_ids),
])

/** Every event of a talk: where no answer is heard, each may have been accepted or not. */
export function eventsOfTalk({ events }: TalkCase): NamedEvent[] {
  return events.map((json) => {
    const event = expectedOf(JSON.parse(json.toString()) as Record<string, unknown>)
    return { event, storedId: event.id?.stored ?? '' }
  })
}

/**
 * Checks what was heard.
 * @throws Error that says what is wrong with it
 */
export function checkTalk(sent: TalkCase, { answers, rest }: Heard): Pick<Outcome, 'accepted' | 'isBusy'> {
  if (rest !== '' && sent.ending === 'half-close')
    throw new Error(`an answer breaks off: ${rest.slice(0, 300)}`)
  for (const answer of answers) checkAnswer(answer)
  const good = answers.filter(({ status }) => status < 300)
  const isBusy = answers.some(isBusyAnswer)
  if (
    !isBusy &&
    sent.accepted !== null &&
    (good.length !== sent.accepted || good.length !== answers.length)
  ) {
    throw new Error(
      `${sent.accepted} requests had to be accepted, and were answered ${answers.map(({ status }) => status).join(', ')}`,
    )
  }
  const all = new Map(eventsOfTalk(sent).map((accepted) => [accepted.event.id?.sent, accepted]))
  const accepted = good
    .filter(({ status }) => status === 202 || status === 207)
    .flatMap(({ body }) => ids.parse(JSON.parse(body)))
    .map((id) => {
      const event = all.get(id)
      if (!event) throw new Error(`an event ${id} was accepted that was not sent`)
      return event
    })
  return { accepted, isBusy }
}

function isBusyAnswer({ status, headers }: Received): boolean {
  return status === 503 && headers['retry-after'] !== undefined
}

/** What Node says by itself to a request without a host. */
const bare = '400 '

function checkAnswer(answer: Received): void {
  const { status, headers, body } = answer
  if (status >= 200 && status < 300) return
  if (!(status >= 400 && status <= 499) && !isBusyAnswer(answer))
    throw new Error(`it is neither a 2xx nor a 4xx: ${status}`)
  const isBare =
    `${status} ${body.replace('0\r\n\r\n', '')}` === bare && headers['content-type'] === undefined
  if (!isBare) readProblem(answer)
}
