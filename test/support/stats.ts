// Answers of GET /stats, as tests wait for them.
import type { FreshnessMembers } from '../../reporting/freshness/members.ts'
import type { StatsAnswer } from '../../reporting/get-stats.ts'
import { get } from './http.ts'
import { until } from './pipeline.ts'

export type Stats = StatsAnswer & FreshnessMembers

/**
 * What reporting at `url` answers about `site`.
 * @throws Error for another status than 200
 */
export async function statsOf(url: string, site: string, after?: string): Promise<Stats> {
  const { status, body } = await get(`${url}/stats?site_id=${site}${after ? `&after=${after}` : ''}`)
  if (status !== 200) throw new Error(`reporting answered ${status}: ${JSON.stringify(body)}`)
  return body as unknown as Stats
}

/** The first answer in which this many records wait in the log. The test's own timeout is the bound. */
export async function statsWithLag(url: string, site: string, records: number): Promise<Stats> {
  let answer: Stats | undefined
  await until(async () => {
    answer = await statsOf(url, site)
    return answer.lag?.records === records
  })
  if (!answer) throw new Error('there was no answer')
  return answer
}
