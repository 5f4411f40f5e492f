// How many events Tallyline's ingest has put on its disk because Kafka did not take them in time: they were accepted
// under another promise than the others.
import type { Services } from '../contenders/services.ts'

const metric = /^events_spooled_total(?:\{[^}]*\})? (\d+)/m

/** 0 for the usual ingest, which has no such place. */
export async function countSpooled({ ingest, table }: Services): Promise<number> {
  if (table !== 'events') return 0
  const answer = await fetch(`${ingest.url}/metrics`, { headers: { connection: 'close' } })
  const count = metric.exec(await answer.text())?.[1]
  if (count === undefined) throw new Error('the metrics of ingest do not tell how many events were spooled')
  return Number(count)
}
