// Sends one case, checks what comes back, and notes what must be in the table because of it.
import type { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Producer } from 'kafkajs'
import { sendRequest } from '../send.ts'
import type { Services } from '../services.ts'
import { talk } from '../wire.ts'
import type { FuzzCase, FuzzMessage, RecordCase, RequestCase, TalkCase } from './case.ts'
import { checkRequest } from './oracle/check-request.ts'
import { checkTalk, eventsOfTalk } from './oracle/check-talk.ts'
import { expectedOf, type ExpectedEvent } from './oracle/expected-event.ts'
import { digestOfBytes, noteAccepted, noteDoubtful, placeOf, type Ledger } from './oracle/ledger.ts'
import { linesOf } from './oracle/lines-of.ts'

export interface AttemptParts {
  services: Services
  agent: Agent
  producer: Producer
  ledger: Ledger
  /** Given when clients that stay and say nothing are to go away. */
  ending: AbortSignal
}

/** Told of each answer: its status, or what came in place of one. */
export type OnStatus = (status: string) => void

/**
 * Sends a case.
 * @throws Error that says what is wrong with the outcome
 */
export async function attempt(
  parts: AttemptParts,
  number: number,
  sent: FuzzCase,
  onStatus: OnStatus,
): Promise<void> {
  if (sent.kind === 'record') return attemptRecords(parts, number, sent, onStatus)
  if (sent.kind === 'talk') return attemptTalk(parts, number, sent, onStatus)
  return attemptRequest(parts, number, sent, onStatus)
}

/** How often something is sent that is answered with 503: nothing that is sent may bring that about for ever. */
const mostTries = 5

/** What a 503 asks for, in milliseconds. */
const pauseMs = 1000

/** Sends until it is not answered with 503 any more. `send` tells whether it was. */
async function untilNotBusy(send: () => Promise<boolean>): Promise<void> {
  for (let tries = 1; await send(); tries += 1) {
    if (tries === mostTries) throw new Error(`it is a 503 at every one of ${mostTries} tries`)
    await sleep(pauseMs)
  }
}

function attemptRequest(
  { services, agent, ledger }: AttemptParts,
  number: number,
  sent: RequestCase,
  onStatus: OnStatus,
): Promise<void> {
  return untilNotBusy(async () => {
    const received = await sendRequest(services[sent.to].url, sent.request, agent)
    onStatus(String(received.status))
    try {
      const { accepted, doubtful, isBusy } = checkRequest(sent, received)
      for (const { event, storedId } of accepted) noteAccepted(ledger, event, storedId, number)
      for (const { event, storedId } of doubtful) noteDoubtful(ledger, event, storedId, number)
      return isBusy
    } catch (error) {
      throw new Error(`answered ${received.status} ${received.body.slice(0, 1000)}`, { cause: error })
    }
  })
}

function attemptTalk(
  { services, ledger, ending }: AttemptParts,
  number: number,
  sent: TalkCase,
  onStatus: OnStatus,
): Promise<void> {
  for (const { event, storedId } of eventsOfTalk(sent)) noteDoubtful(ledger, event, storedId, number)
  return untilNotBusy(async () => {
    const endings = { 'half-close': 'half-close', cut: AbortSignal.timeout(5), stay: ending } as const
    const heard = await talk(services[sent.to].url, { pieces: sent.pieces, ending: endings[sent.ending] })
    for (const { status } of heard.answers) onStatus(String(status))
    if (heard.answers.length === 0) onStatus('closed')
    try {
      const { accepted, isBusy } = checkTalk(sent, heard)
      for (const { event, storedId } of accepted) noteAccepted(ledger, event, storedId, number)
      return isBusy
    } catch (error) {
      throw new Error(`answered ${JSON.stringify(heard).slice(0, 1000)}`, { cause: error })
    }
  })
}

async function attemptRecords(
  { services, producer, ledger }: AttemptParts,
  number: number,
  { messages, gzip }: RecordCase,
  onStatus: OnStatus,
): Promise<void> {
  const answers = await producer.send({
    topic: services.topic,
    acks: -1,
    compression: gzip ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None,
    messages: messages.map(({ lines: _, ...message }) => message),
  })
  onStatus('produced')
  const next = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]))
  for (const message of messages) {
    const offset = next.get(message.partition) ?? 0
    next.set(message.partition, offset + 1)
    noteLines(ledger, number, message, offset)
  }
}

function noteLines({ lines }: Ledger, number: number, message: FuzzMessage, offset: number): void {
  const { value, partition, lines: verdicts } = message
  linesOf(value).forEach(({ index, bytes }, at) => {
    const verdict = verdicts?.[at] ?? null
    const must = verdict && (verdict.must === 'accept' ? 'row' : 'dead')
    const raw = digestOfBytes(bytes)
    lines.set(placeOf(partition, offset, index), { number, raw, event: eventOf(bytes), must })
  })
}

function eventOf(line: Buffer): ExpectedEvent | null {
  try {
    const value: unknown = JSON.parse(line.toString())
    return expectedOf(value as Record<string, unknown>)
  } catch {
    return null
  }
}
