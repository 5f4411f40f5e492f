CREATE OR REPLACE VIEW daily_site_paths
(
    site_id LowCardinality(String) COMMENT 'The site',
    date    Date                   COMMENT 'The day, UTC',
    path    String                 COMMENT 'The path; events without one are left out',
    views   UInt64                 COMMENT 'Events of a view type on that path'
)
COMMENT 'Views of each path by site and UTC day'
AS SELECT
    site_id,
    toDate(timestamp) AS date,
    path,
    count() AS views
FROM events
WHERE event_type IN ({view_types}) AND path != ''
GROUP BY site_id, date, path
