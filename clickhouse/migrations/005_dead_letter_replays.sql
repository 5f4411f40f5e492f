-- Which dead letters were sent to the topic again, so that none is sent twice. Written before and after the sending.
CREATE TABLE IF NOT EXISTS dead_letter_replays
(
    kafka_topic_id  UUID
        COMMENT 'Identity of the topic that the dead letter came from',
    kafka_partition UInt32
        COMMENT 'Partition of the dead letter',
    kafka_offset    UInt64
        COMMENT 'Offset of the dead letter',
    kafka_line      UInt32
        COMMENT 'Line of the dead letter',
    state           LowCardinality(String)
        COMMENT 'sending: it is about to be sent; sent: Kafka has acknowledged it. Without the second it may have been sent',
    event_id        UUID
        COMMENT 'Id of the event it was sent as, the same at every attempt; all zeros where it is no event',
    sent_partition  UInt32
        COMMENT 'Partition it was sent to; 0 while sending',
    sent_offset     UInt64
        COMMENT 'Offset it got there; 0 while sending',
    marked_at       DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
        COMMENT 'When this was written, UTC, milliseconds'
)
ENGINE = MergeTree
ORDER BY (kafka_topic_id, kafka_partition, kafka_offset, kafka_line)
COMMENT 'Dead letters that were sent to the topic again';
