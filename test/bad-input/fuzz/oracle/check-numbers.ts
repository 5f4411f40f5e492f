// Whether GET /stats counts for every site what the table holds of it.
import { Agent } from 'node:http'
import { sendRequest } from '../../send.ts'
import type { OnFault } from '../faults-found.ts'

const atOnce = 4

/** @param rows of each site, as they were found in the table */
export async function checkNumbers(url: string, rows: Map<string, number>, onFault: OnFault): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const left = rows.entries()
  const ask = async () => {
    for (const [site, count] of left) {
      const path = `/stats?site_id=${encodeURIComponent(site)}`
      const { status, body } = await sendRequest(url, { method: 'GET', path }, agent)
      const { total_events } = status === 200 ? (JSON.parse(body) as { total_events?: number }) : {}
      if (total_events !== count)
        onFault(null, `GET ${path}: ${status} ${body.slice(0, 300)}, where ${count} events are stored`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, ask))
  agent.destroy()
}
