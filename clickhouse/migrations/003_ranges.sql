-- The books: what became of every line of every stored range of offsets, by site.
CREATE TABLE IF NOT EXISTS ranges
(
    topic           LowCardinality(String)
        COMMENT 'Kafka topic the range was read from',
    kafka_partition UInt32
        COMMENT 'Partition of the range',
    first_offset    UInt64
        COMMENT 'First offset of the range'
        CODEC(Delta(8), ZSTD(1)),
    last_offset     UInt64
        COMMENT 'Last offset of the range; the next range begins one above it'
        CODEC(Delta(8), ZSTD(1)),
    site_id         LowCardinality(String)
        COMMENT 'Key of the records; empty for records without one',
    lines           UInt64
        COMMENT 'Lines read: rows + duplicates + dead',
    rows            UInt64
        COMMENT 'Lines stored as rows of events',
    duplicates      UInt64
        COMMENT 'Lines left out because their event was stored already',
    dead            UInt64
        COMMENT 'Lines set aside in dead_letters',
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
        COMMENT 'When the range was stored, UTC, milliseconds'
)
ENGINE = MergeTree
ORDER BY (topic, kafka_partition, first_offset)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'One row for each stored range of offsets and site';
