// The usual consumer: eachBatch, JSON.parse of each message, one insert of objects, then kafkajs commits.
import { env, openClickHouse, openKafka } from './usual-clients.ts'
import { usualTable, type UsualRow } from './usual-table.ts'

const clickhouse = openClickHouse()

/** A message as the usual ingest writes it. */
interface UsualEvent {
  event_id: string
  site_id: string
  event_type: string
  path?: string
  user_id?: string
  timestamp: string
}

function toRow(value: Buffer | null): UsualRow {
  const event = JSON.parse(value?.toString() ?? 'null') as UsualEvent
  const { event_id, site_id: site, event_type: type, path = '', user_id: user = '', timestamp: time } = event
  return { event_id, site, type, path, user, time }
}

const consumer = openKafka('usual-consumer').consumer({ groupId: env('KAFKA_GROUP_ID') })
await consumer.connect()
await consumer.subscribe({ topics: [env('KAFKA_TOPIC')], fromBeginning: true })
process.once('disconnect', () => process.exit(0))
process.send?.({ listening: '' })
await consumer.run({
  eachBatch: async ({ batch }) => {
    const values = batch.messages.map(({ value }) => toRow(value))
    await clickhouse.insert({ table: usualTable, values, format: 'JSONEachRow' })
  },
})
