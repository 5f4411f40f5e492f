// The table of the usual pipeline: plain texts.

export const usualTable = 'usual_events'

export interface UsualRow {
  event_id: string
  site: string
  type: string
  path: string
  user: string
  time: string
}

export const createUsualTable = `CREATE TABLE ${usualTable}
  (event_id String, site String, type String, path String, user String, time String)
  ENGINE = MergeTree ORDER BY (site, time)`
