-- What came on the topic and can never be an event, with the reason: nothing vanishes.
CREATE TABLE IF NOT EXISTS dead_letters
(
    raw             String
        COMMENT 'The line, or the whole record where it has no lines, byte for byte'
        CODEC(ZSTD(1)),
    reason          LowCardinality(String)
        COMMENT 'Code of the first fault, such as required or json',
    field           String
        COMMENT 'Field at fault; empty where it is the whole line',
    message         String
        COMMENT 'Every fault as a sentence',
    kafka_key       String
        COMMENT 'Key of the Kafka record; empty when it had none',
    kafka_partition UInt32
        COMMENT 'Partition of the Kafka record',
    kafka_offset    UInt64
        COMMENT 'Offset of that record in its partition'
        CODEC(Delta(8), ZSTD(1)),
    kafka_line      UInt32
        COMMENT 'Line of that record, counted from 0',
    received_at     DateTime64(3, 'UTC')
        COMMENT 'Time of the Kafka record, UTC, milliseconds',
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
        COMMENT 'When it was set aside, UTC, milliseconds'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (kafka_partition, kafka_offset, kafka_line)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Records and lines from Kafka that can never be events';
