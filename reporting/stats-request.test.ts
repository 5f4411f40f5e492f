import { describe, expect, it } from 'vitest'
import { Problem } from '../runtime/problem.ts'
import { readStatsRequest } from './stats-request.ts'

function faultsOf(query: string): string[] {
  try {
    readStatsRequest(`/stats?${query}`)
    return []
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const faults = error.members['errors'] as { field: string; code: string }[]
    return faults.map(({ field, code }) => `${field} ${code}`)
  }
}

describe('the parameters of GET /stats (contract section 5)', () => {
  it('need a site and nothing else', () => {
    expect(readStatsRequest('/stats?site_id=a%20b%2Bc+d')).toEqual({
      siteId: 'a b+c d',
      date: null,
      range: { from: null, to: null },
      timezone: 'UTC',
      eventType: null,
      limit: 10,
      after: null,
    })
  })

  it.each([
    ['', ['site_id required']],
    ['site_id=', ['site_id required']],
    ['site_id=a&site_id=b', ['site_id repeated']],
    ['site_id=a&sort=x', ['sort unknown_parameter']],
    ['site_id[]=a', ['site_id[] unknown_parameter', 'site_id required']],
    ['site_id=a&limit=0', ['limit range']],
    ['site_id=a&limit=1001', ['limit range']],
    ['site_id=a&limit=1.5', ['limit format']],
    ['site_id=a&limit=', ['limit required']],
    ['site_id=a&event_type=', ['event_type required']],
    [`site_id=${'x'.repeat(256)}`, ['site_id too_long']],
    ['site_id=a%00b', ['site_id format']],
    ['site_id=%ff', ['site_id encoding']],
    ['site_id=a&after=', ['after position']],
    ['site_id=a&after=null', ['after position']],
    ['site_id=a&after=3', ['after position']],
    ['site_id=a&after=3:', ['after position']],
    ['site_id=a&after=3:-1', ['after position']],
    ['site_id=a&after=3:1,', ['after position']],
    ['site_id=a&after=3:1234567890123456', ['after position']],
    ['site_id=a&after=3:1&after=4:1', ['after repeated']],
    ['date=2025-13-40&limit=0', ['site_id required', 'limit range', 'date date']],
  ])('refuse %j, naming the field', (query, faults) => expect(faultsOf(query)).toEqual(faults))

  it('take a position of one or several partitions, the highest offset of each', () => {
    const positionOf = (after: string) => [
      ...(readStatsRequest(`/stats?site_id=a&after=${after}`).after ?? []),
    ]
    expect(positionOf('3:1042')).toEqual([[3, 1042]])
    expect(positionOf('0:7,3:1042%2C0:5')).toEqual([
      [0, 7],
      [3, 1042],
    ])
  })

  it('say what to do about a position that is null', () => {
    expect(() => readStatsRequest('/stats?site_id=a&after=null')).toThrow('cannot be waited for')
  })

  it('take a limit from 1 to 1,000', () => {
    expect(readStatsRequest('/stats?site_id=a&limit=1').limit).toBe(1)
    expect(readStatsRequest('/stats?site_id=a&limit=1000').limit).toBe(1000)
  })
})
