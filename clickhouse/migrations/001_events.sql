-- One row an event. Sorted so that one site's day lies together; `timestamp` decides the month's partition.
CREATE TABLE IF NOT EXISTS events
(
    site_id         LowCardinality(String)
        COMMENT 'The site the event belongs to; the key of its Kafka record',
    event_type      LowCardinality(String)
        COMMENT 'What happened, such as page_view',
    path            String
        COMMENT 'The page or screen; empty when none was sent'
        CODEC(ZSTD(1)),
    user_id         String
        COMMENT 'The user as the sender knows it; empty when none was sent, which counts as no user'
        CODEC(ZSTD(1)),
    user_hash       UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(user_id))
        COMMENT 'SipHash-128 of user_id: what uniqExact itself would count a text by, at a third of the cost',
    timestamp       DateTime64(3, 'UTC')
        COMMENT 'When it happened, UTC, milliseconds; the receive time when none was sent'
        CODEC(Delta(8), ZSTD(1)),
    event_id        UUID
        COMMENT 'Identity of the event: the UUID that was sent, else one derived from site and id, else one made by the server',
    received_at     DateTime64(3, 'UTC')
        COMMENT 'When Tallyline took it: the time of its Kafka record, UTC, milliseconds'
        CODEC(Delta(8), ZSTD(1)),
    referrer        String
        COMMENT 'Where the user came from; empty when none was sent'
        CODEC(ZSTD(1)),
    properties      JSON(max_dynamic_paths = 16, max_dynamic_types = 4)
        COMMENT 'The free part, queryable by key: properties.plan',
    kafka_partition UInt32
        COMMENT 'Partition of the Kafka record it came in'
        CODEC(ZSTD(1)),
    kafka_offset    UInt64
        COMMENT 'Offset of that record in its partition'
        CODEC(Delta(8), ZSTD(1)),
    kafka_line      UInt32
        COMMENT 'Line of that record, counted from 0'
        CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (site_id, toDate(timestamp))
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'One row for each stored event';
