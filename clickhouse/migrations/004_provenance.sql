-- Which log a line came from: offsets alone start anew where a topic is deleted and made again.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS kafka_topic_id UUID DEFAULT toUUID('00000000-0000-0000-0000-000000000000')
        COMMENT 'Identity of the Kafka topic it came in, which a topic made anew does not share; all zeros where unknown'
        CODEC(ZSTD(1))
        AFTER properties;

ALTER TABLE dead_letters
    ADD COLUMN IF NOT EXISTS kafka_topic_id UUID DEFAULT toUUID('00000000-0000-0000-0000-000000000000')
        COMMENT 'Identity of the Kafka topic of the record; all zeros where unknown'
        AFTER kafka_key;

ALTER TABLE ranges
    ADD COLUMN IF NOT EXISTS topic_id UUID DEFAULT toUUID('00000000-0000-0000-0000-000000000000')
        COMMENT 'Identity of that topic, which a topic made anew does not share; all zeros where unknown'
        AFTER topic;

-- The consumer asks for what came lately (ids it must know again, a range it may have stored), whatever the site.
ALTER TABLE events ADD INDEX IF NOT EXISTS received_at_minmax received_at TYPE minmax GRANULARITY 1;
ALTER TABLE events MATERIALIZE INDEX received_at_minmax;

-- Takes rows as `events` does and keeps none: tells which rows of a refused insert are at fault.
CREATE TABLE IF NOT EXISTS events_trial AS events
ENGINE = Null
COMMENT 'Keeps nothing: rows are tried here to find those that ClickHouse refuses';
