// Marks which dead letters were sent to the topic again: once before, once after, also where
// Kafka took it not.
import type { ClickHouse } from './client.ts'
import type { LetterPlace } from './dead-letters.ts'

/** A dead letter on its way: the id of the event it is sent as, null where it is none. */
export interface Sending extends LetterPlace {
  eventId: string | null
}

/** One that Kafka has acknowledged, and where it stands now. */
export interface Sent extends Sending {
  sentTo: { partition: number; offset: number }
}

export interface ReplayMarks {
  sending: (letters: readonly Sending[]) => Promise<void>
  sent: (letters: readonly Sent[]) => Promise<void>
  /** Kafka does not take them: they are certainly not sent. */
  refused: (letters: readonly Sending[]) => Promise<void>
}

const noEvent = '00000000-0000-0000-0000-000000000000'

/** @throws ClickHouseError where ClickHouse refuses, another error when it cannot be reached */
export function createReplayMarks(clickhouse: ClickHouse): ReplayMarks {
  const mark = async (
    state: 'sending' | 'sent' | 'refused',
    letters: readonly (Sending & Partial<Sent>)[],
  ) => {
    await clickhouse.insert({
      table: 'dead_letter_replays',
      values: letters.map(({ topicId, partition, offset, line, eventId, sentTo }) => ({
        kafka_topic_id: topicId,
        kafka_partition: partition,
        kafka_offset: offset,
        kafka_line: line,
        state,
        event_id: eventId ?? noEvent,
        sent_partition: sentTo?.partition ?? 0,
        sent_offset: sentTo?.offset ?? 0,
      })),
      columns: [
        'kafka_topic_id',
        'kafka_partition',
        'kafka_offset',
        'kafka_line',
        'state',
        'event_id',
        'sent_partition',
        'sent_offset',
      ] as [string, ...string[]],
      format: 'JSONEachRow',
      clickhouse_settings: { async_insert: 0 },
    })
  }
  return {
    sending: (letters) => mark('sending', letters),
    sent: (letters) => mark('sent', letters),
    refused: (letters) => mark('refused', letters),
  }
}
