// ClickHouse's own consumer: a table of the Kafka engine, and a materialized view that feeds the usual's table.
import { usualTable } from './usual-table.ts'

/**
 * Every setting is the engine's default, save one: the default of 7,500 ms would hold the last rows back for so long,
 * which is not what a drain is to measure.
 */
export const flushIntervalMs = 500

const queue = 'kafka_queue'

/** What begins to consume as soon as the last statement has run. */
export function createKafkaEngine(brokers: string, topic: string, group: string): string[] {
  return [
    `CREATE TABLE ${queue}
      (event_id String, site_id String, event_type String, path String, user_id String, timestamp String)
      ENGINE = Kafka SETTINGS kafka_broker_list = '${brokers}', kafka_topic_list = '${topic}',
        kafka_group_name = '${group}', kafka_format = 'JSONEachRow', kafka_flush_interval_ms = ${flushIntervalMs}`,
    `CREATE MATERIALIZED VIEW ${queue}_to_table TO ${usualTable} AS
      SELECT event_id, site_id AS site, event_type AS type, path, user_id AS user, timestamp AS time FROM ${queue}`,
  ]
}

/** What ends it. */
export const dropKafkaEngine = [`DROP TABLE ${queue}_to_table SYNC`, `DROP TABLE ${queue} SYNC`]
