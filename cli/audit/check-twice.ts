// Whether a line of the topic or an event is stored twice.
import { queryTwiceIds, queryTwicePlaces } from '../../clickhouse/audit/stored-twice.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { unknownTopicId } from '../../event/event-id.ts'
import { amount, siteName, type Findings } from './findings.ts'
import type { Logs } from './logs.ts'

const most = 50

/** @param checksIds whether event ids are looked through too, which reads all of them */
export async function checkTwice(
  clickhouse: ClickHouse,
  logs: Logs,
  checksIds: boolean,
  findings: Findings,
): Promise<void> {
  const adopting = logs.present.filter(({ topicId, ids }) => topicId !== unknownTopicId && ids.length > 1)
  const adoption = {
    topicId: logs.present[0]?.topicId ?? unknownTopicId,
    partitions: adopting.map(({ partition }) => partition),
  }
  for (const found of await queryTwicePlaces(clickhouse, adoption, most)) {
    const { topicId, partition, offset, line, site, rows, dead } = found
    const as = [rows > 0 ? amount(rows, 'row') : '', dead > 0 ? amount(dead, 'dead letter') : '']
    findings.add({
      kind: 'line_stored_twice',
      count: rows + dead - 1,
      text: `partition ${partition}, offset ${offset} line ${line}, ${siteName(site)}: stored as ${as.filter(Boolean).join(' and ')}`,
      fails: true,
      topicId,
      partition,
      firstOffset: offset,
      lastOffset: offset,
      site,
      lines: [{ offset, line, eventId: null }],
    })
  }
  if (!checksIds) return
  for (const { site, eventId, rows, places } of await queryTwiceIds(clickhouse, most)) {
    const names = places.map(({ partition, offset, line }) => `${partition}:${offset}:${line}`)
    // The same place again is a line stored twice, which is told above.
    if (new Set(names).size === 1 && rows <= names.length) continue
    findings.add({
      kind: 'event_stored_twice',
      count: rows - 1,
      text: `${siteName(site)}, event ${eventId}: stored as ${amount(rows, 'row')}, from partition:offset:line ${names.join(', ')}`,
      fails: true,
      topicId: '',
      site,
    })
  }
}
