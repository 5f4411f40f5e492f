// Asks a service for the numbers of a site.
import { Agent, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { BenchProcess } from '../bench-process.ts'

export interface StatsQuestion {
  site_id: string
  /** All time where there is none. */
  date?: string
}

export interface StatsNumbers {
  total_views: number
  unique_users: number
  top_paths: unknown[]
}

const agent = new Agent({ keepAlive: true })

/**
 * Over one kept-alive connection.
 * @throws Error when the answer is not 200
 */
export async function askStats(service: BenchProcess, question: StatsQuestion): Promise<StatsNumbers> {
  const parameters = new URLSearchParams({ ...question })
  const sent = request(`${service.url}/stats?${parameters.toString()}`, { agent }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const text = (await answer.toArray()).join('')
  if (answer.statusCode !== 200) throw new Error(`/stats answered ${answer.statusCode}: ${text}`)
  return JSON.parse(text) as StatsNumbers
}
