// A client that sends one event at a time at a steady rate, whatever the answers are, and remembers all of them.
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'

export interface Sent {
  eventId: string
  siteId: string
  /** When it was sent, epoch milliseconds. */
  at: number
  /** Until the answer, milliseconds. */
  tookMs: number
  /** 0 where there was none. */
  status: number
  position: string | null
  /** The answer said that its connection closes. */
  closes: boolean
}

export interface Sender {
  /** All that were answered so far, in the order of their answers. */
  answers: Sent[]
  /** Stops sending and waits for the answers that are due. */
  stop: () => Promise<Sent[]>
}

export interface SenderSettings {
  perSecond: number
  sites?: number
  /** Sends an event again, with the same id, until it is answered with 2xx. */
  resends?: boolean
}

/** @param url where to send the next event */
export function startSender(url: () => string, settings: SenderSettings): Sender {
  const { perSecond, sites = 7, resends = false } = settings
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const answers: Sent[] = []
  const due = new Set<Promise<void>>()
  const startedAt = performance.now()
  let count = 0

  const sendOne = async (number: number) => {
    const event = {
      site_id: `site-${number % sites}`,
      event_type: 'view',
      path: `/${number}`,
      event_id: randomUUID(),
    }
    for (;;) {
      const sent = await send(`${url()}/event`, agent, event)
      answers.push(sent)
      if (!resends || sent.status === 202) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const timer = setInterval(() => {
    for (const until = ((performance.now() - startedAt) * perSecond) / 1000; count < until; count += 1) {
      const sending = sendOne(count).finally(() => due.delete(sending))
      due.add(sending)
    }
  }, 5)
  return {
    answers,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(due)
      agent.destroy()
      return answers
    },
  }
}

interface SentEvent {
  site_id: string
  event_id: string
}

function send(url: string, agent: Agent, event: SentEvent): Promise<Sent> {
  const at = Date.now()
  const startedAt = performance.now()
  const body = JSON.stringify(event)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve) => {
    const answered = (status: number, closes: boolean, text: string) => {
      const position = status === 202 ? (JSON.parse(text) as { position: string | null }).position : null
      const tookMs = performance.now() - startedAt
      resolve({ eventId: event.event_id, siteId: event.site_id, at, tookMs, status, position, closes })
    }
    const sending = request(url, { method: 'POST', agent, headers }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      res.on('end', () => answered(res.statusCode ?? 0, res.headers.connection === 'close', text))
      res.on('error', () => answered(0, false, ''))
    })
    sending.on('error', () => answered(0, false, ''))
    sending.end(body)
  })
}
