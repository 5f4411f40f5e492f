// Reporting's routes.
import { Router } from 'express'
import { clientGone } from '../runtime/client-gone.ts'
import { getRoute } from '../runtime/get-route.ts'
import type { CountStats } from './count-stats.ts'
import type { StoreFreshness } from './freshness/freshness.ts'
import { freshnessMembers } from './freshness/members.ts'
import { scopeOf, toAnswer } from './get-stats.ts'
import type { Questions } from './questions.ts'
import { readStatsRequest } from './stats-request.ts'

export interface ReportingParts {
  countStats: CountStats
  freshness: StoreFreshness
  viewTypes: string[]
  questions: Questions
}

/** The routes that answer with numbers. */
export function reportingRoutes({ countStats, freshness, viewTypes, questions }: ReportingParts): Router {
  const routes = Router()
  getRoute(routes, ['/stats'], async (req, res) => {
    const request = readStatsRequest(req.url)
    const gone = clientGone(req, res)
    const isReached = request.after && (await freshness.waitFor(request.after, gone))
    if (gone.aborted) return
    const scope = scopeOf(request, viewTypes)
    // What was begun before the position was reached may have counted before that, too.
    const key = request.after === null ? JSON.stringify(scope) : null
    const answer = await questions.ask(key, gone, async (signal) => {
      // Before the numbers: only what is stored by now is sure to be counted.
      const known = await freshness.tell()
      return { known, stats: await countStats(scope, signal) }
    })
    if (answer === null) return
    res.setHeader('cache-control', 'no-store')
    res.json({ ...toAnswer(request, answer.stats), ...freshnessMembers(answer.known, isReached) })
  })
  return routes
}
