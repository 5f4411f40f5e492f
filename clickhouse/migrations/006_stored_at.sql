-- When a row was stored: a consumer in doubt about its last inserts asks for what came lately, whatever the site.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') DEFAULT toDateTime(0, 'UTC')
        COMMENT 'About when it was stored, by the clock of the consumer that inserted it, UTC, seconds; 1970 where unknown'
        CODEC(ZSTD(1));

ALTER TABLE events ADD INDEX IF NOT EXISTS stored_at_minmax stored_at TYPE minmax GRANULARITY 1;
ALTER TABLE events MATERIALIZE INDEX stored_at_minmax;

ALTER TABLE events_trial
    ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') DEFAULT toDateTime(0, 'UTC')
        COMMENT 'As in events';
