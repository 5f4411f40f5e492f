// The outcome of an audit for machines: one JSON document.
import type { Audit } from './audit.ts'
import { lineOf, totalOf, verdict, type Line } from './report.ts'

/** Everything but the sites, which may be too many to be held. */
export function jsonReport(audit: Audit): Record<string, unknown> {
  return {
    balanced: audit.failing === 0,
    verdict: verdict(audit),
    at: audit.at.toISOString(),
    topic: audit.topic.name,
    topic_id: audit.topic.id,
    group: audit.groupId,
    total: toJson(totalOf(audit.partitions)),
    partitions: audit.partitions.map((partition) => ({
      partition: partition.log.partition,
      log_start: partition.log.low,
      committed: partition.log.committed,
      end: partition.log.high,
      ...toJson(lineOf(partition)),
      tables: tablesToJson(partition.tables),
    })),
    other_topics: audit.others.map(({ topic, tables }) => ({
      topic,
      topic_id: tables.topicId,
      partition: tables.partition,
      tables: tablesToJson(tables),
    })),
    differences: audit.failing,
    findings: audit.findings.map((finding) => ({
      kind: finding.kind,
      fails: finding.fails,
      count: finding.count,
      text: finding.text,
      ...(finding.topicId === '' ? {} : { topic_id: finding.topicId }),
      partition: finding.partition,
      first_offset: finding.firstOffset,
      last_offset: finding.lastOffset,
      site_id: finding.site,
      lines: finding.lines?.map(({ offset, line, eventId }) => ({ offset, line, event_id: eventId })),
    })),
  }
}

function toJson({ lines, rows, duplicates, dead, inFlight, difference }: Line) {
  return { lines, rows, duplicates, dead, in_flight: inFlight, difference }
}

function tablesToJson(tables: Audit['partitions'][number]['tables']) {
  const { bookedRows, storedRows, bookedDead, storedDead } = tables
  return {
    rows_booked: bookedRows,
    rows_stored: storedRows,
    dead_booked: bookedDead,
    dead_stored: storedDead,
  }
}
