// Ingest's routes. The two that take events are served by node:http itself, since express costs several times
// what they do; everything else is express, on the same server.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Router } from 'express'
import { createApp } from '../runtime/app.ts'
import type { Checks, Facts } from '../runtime/health.ts'
import { sendProblem } from '../runtime/http.ts'
import type { Logger } from '../runtime/logger.ts'
import { Problem } from '../runtime/problem.ts'
import { ClientGone, type BodyBudget, type BodyShare } from './body-budget.ts'
import type { Keep } from './keep/keeper.ts'
import type { IngestMetrics } from './metrics.ts'
import { postEvent } from './post-event.ts'
import { postEvents } from './post-events.ts'

export interface IngestParts {
  keep: Keep
  budget: BodyBudget
  metrics: IngestMetrics
  checks: Checks
  facts: Facts
  reportingUrl: string
  logger: Logger
}

type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  parts: IngestParts,
  share: BodyShare,
) => Promise<void>

const hotRoutes: Record<string, Handler> = { '/event': postEvent, '/events': postEvents }

/** The server, not yet listening. */
export function createIngestServer(parts: IngestParts): Server {
  const app = createApp({
    checks: parts.checks,
    facts: parts.facts,
    registry: parts.metrics.registry,
    routes: coldRoutes(parts.reportingUrl),
    logger: parts.logger,
  })
  return createServer((req, res) => {
    const path = pathOf(req.url ?? '/')
    const handler = Object.hasOwn(hotRoutes, path) ? hotRoutes[path] : undefined
    if (handler) void answer(path, handler, req, res, parts)
    else app(req, res)
  })
}

async function answer(
  path: string,
  handler: Handler,
  req: IncomingMessage,
  res: ServerResponse,
  parts: IngestParts,
): Promise<void> {
  try {
    if (req.method !== 'POST') {
      throw new Problem(405, `${path} takes POST, not ${req.method ?? ''}`, { headers: { allow: 'POST' } })
    }
    const share = parts.budget.open()
    // Until its client has the answer: one that does not read it holds on to memory, too.
    res.once('close', () => share.release())
    await handler(req, res, parts, share)
  } catch (error) {
    if (error instanceof ClientGone) {
      res.statusCode = 499
      return
    }
    sendProblem(req, res, error, parts.logger)
  } finally {
    parts.metrics.answered(path, res.statusCode)
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

function coldRoutes(reportingUrl: string): Router {
  const routes = Router()
  routes.all('/stats', () => {
    throw new Problem(404, `numbers are answered by reporting, at ${reportingUrl}/stats`)
  })
  return routes
}
