// A route that is read: other methods get 405 with Allow, as the contract says.
import type { RequestHandler, Router } from 'express'
import { Problem } from './problem.ts'

/** Answers GET and HEAD at `paths` with `handler`, every other method with 405. */
export function getRoute(routes: Router, paths: string[], handler: RequestHandler): void {
  routes
    .route(paths)
    .get(handler)
    .all((req) => {
      throw new Problem(405, `${req.path} takes GET, not ${req.method}`, { headers: { allow: 'GET, HEAD' } })
    })
}
