-- When a row was stored: a consumer in doubt about its last inserts asks for what came lately, whatever the site. And the fence:
-- an insert that says until when it may happen is refused later. It says so in `log_comment`, with what all of its rows have in common.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC')
        DEFAULT toDateTime(JSONExtractUInt(getSetting('log_comment'), 'stored_at'), 'UTC')
        COMMENT 'About when it was stored, by the clock of the consumer that inserted it, UTC, seconds; 1970 where unknown'
        CODEC(ZSTD(1)),
    MODIFY COLUMN kafka_topic_id DEFAULT toUUIDOrZero(JSONExtractString(getSetting('log_comment'), 'topic_id')),
    ADD CONSTRAINT IF NOT EXISTS in_time
        CHECK NOT JSONHas(getSetting('log_comment'), 'insert_until')
            OR nowInBlock() < toDateTime(JSONExtractUInt(getSetting('log_comment'), 'insert_until'));

-- One index of both times: two would cost every insert of a few rows a tenth more.
ALTER TABLE events DROP INDEX IF EXISTS received_at_minmax;
ALTER TABLE events ADD INDEX IF NOT EXISTS arrival_minmax (received_at, stored_at) TYPE minmax GRANULARITY 1;
ALTER TABLE events MATERIALIZE INDEX arrival_minmax;

ALTER TABLE dead_letters
    MODIFY COLUMN kafka_topic_id DEFAULT toUUIDOrZero(JSONExtractString(getSetting('log_comment'), 'topic_id')),
    ADD CONSTRAINT IF NOT EXISTS in_time
        CHECK NOT JSONHas(getSetting('log_comment'), 'insert_until')
            OR nowInBlock() < toDateTime(JSONExtractUInt(getSetting('log_comment'), 'insert_until'));

ALTER TABLE ranges
    MODIFY COLUMN topic_id DEFAULT toUUIDOrZero(JSONExtractString(getSetting('log_comment'), 'topic_id')),
    ADD CONSTRAINT IF NOT EXISTS in_time
        CHECK NOT JSONHas(getSetting('log_comment'), 'insert_until')
            OR nowInBlock() < toDateTime(JSONExtractUInt(getSetting('log_comment'), 'insert_until'));
