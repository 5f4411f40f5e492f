CREATE OR REPLACE VIEW daily_site_stats
(
    site_id      LowCardinality(String) COMMENT 'The site',
    date         Date                   COMMENT 'The day, UTC',
    total_views  UInt64                 COMMENT 'Events of a view type',
    unique_users UInt64                 COMMENT 'Different users among those views, exact; events without a user are not counted',
    total_events UInt64                 COMMENT 'Events of every type'
)
COMMENT 'Views and exact unique users of each site and UTC day'
AS SELECT
    site_id,
    toDate(timestamp) AS date,
    countIf(event_type IN ({view_types})) AS total_views,
    uniqExactIf(user_hash, user_id != '' AND event_type IN ({view_types})) AS unique_users,
    count() AS total_events
FROM events
GROUP BY site_id, date
