// What an audit says where it found more than it keeps.
import { describe, expect, it } from 'vitest'
import type { Audit } from './audit.ts'
import { createFindings, type Finding } from './findings.ts'
import { report, verdict } from './report.ts'
import { createSiteDifferences } from './walk-partition.ts'

function auditOf(all: Pick<Finding, 'fails' | 'text'>[]): Audit {
  const findings = createFindings()
  for (const finding of all) findings.add({ ...finding, kind: 'expired', count: 1, topicId: '' })
  return {
    ...{ at: new Date(0), topic: { name: 'events', id: '' }, groupId: 'g', partitions: [], others: [] },
    ...{ logs: { present: [], others: [] }, sites: createSiteDifferences() },
    ...{ findings: findings.kept(), failing: findings.failing(), notes: findings.notes() },
  }
}

describe('the verdict of an audit', () => {
  it('is that the books do not balance, however many other things were found before', () => {
    const notes = Array.from({ length: 600 }, (_, n) => ({ fails: false, text: `note ${n}` }))
    const audit = auditOf([...notes, { fails: true, text: 'a row is missing' }])
    expect(verdict(audit)).toBe('NOT balanced: a row is missing')
    expect(report(audit)).toContain('Also found: 600')
    expect(audit.findings.length).toBeLessThan(600)
  })

  it('counts the differences that are not kept', () => {
    const failures = Array.from({ length: 600 }, (_, n) => ({ fails: true, text: `difference ${n}` }))
    expect(verdict(auditOf(failures))).toBe('NOT balanced: difference 0; and 599 more differences')
  })
})
