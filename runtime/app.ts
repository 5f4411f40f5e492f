// The express app that every service begins with: health, metrics, and errors as problem documents.
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express'
import type { Registry } from 'prom-client'
import { healthRoutes, type Checks, type Facts } from './health.ts'
import { sendProblem } from './http.ts'
import type { Logger } from './logger.ts'
import { Problem } from './problem.ts'

/** What a service answers over express: `routes`, besides what all services answer. */
export function createApp(parts: {
  checks: Checks
  registry: Registry
  /** Told by `/readyz` besides. */
  facts?: Facts
  routes?: Router
  logger: Logger
}): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false)
  // express would answer 304 to `If-None-Match: *`, though no answer has a version that it could be told by.
  app.use((req: Request, _res: Response, next: NextFunction) => {
    delete req.headers['if-none-match']
    next()
  })
  app.use(healthRoutes(parts.checks, parts.registry, parts.facts))
  if (parts.routes) app.use(parts.routes)
  app.use((req: Request) => {
    throw new Problem(404, `there is nothing at ${req.method} ${req.path}`)
  })
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    sendProblem(req, res, toProblem(error), parts.logger)
  })
  return app
}

/** express throws errors with a 4xx status of its own for requests it cannot read, such as a bad `%` escape. */
function toProblem(error: unknown): unknown {
  const status = (error as { status?: unknown }).status
  if (error instanceof Problem || typeof status !== 'number' || status < 400 || status > 499) return error
  return new Problem(400, 'the address of the request cannot be read: check its % escapes')
}
