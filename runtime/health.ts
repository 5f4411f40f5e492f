// What every service answers about itself: alive, ready, and its figures.
import { Router } from 'express'
import type { Registry } from 'prom-client'
import { getRoute } from './get-route.ts'
import { unavailable } from './problem.ts'
import { within } from './retry.ts'

/** Each part a service needs, by name: resolves when the part works, rejects with the reason when not. */
export type Checks = Record<string, () => Promise<unknown>>

const checkWithinMs = 1500

/** `/livez`, `/readyz`, `/health` (the same as ready) and `/metrics`. */
export function healthRoutes(checks: Checks, registry: Registry): Router {
  const routes = Router()
  getRoute(routes, ['/livez'], (_req, res) => {
    res.json({ status: 'alive' })
  })
  getRoute(routes, ['/readyz', '/health'], async (_req, res) => {
    const parts = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)))
    const failing = parts.filter(({ reason }) => reason !== 'ok')
    const report = Object.fromEntries(parts.map(({ name, reason }) => [name, reason]))
    if (failing.length > 0) {
      const detail = failing.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
      throw unavailable(detail, 1, { checks: report })
    }
    res.json({ status: 'ready', checks: report })
  })
  getRoute(routes, ['/metrics'], async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics())
  })
  return routes
}

async function runCheck(
  name: string,
  check: () => Promise<unknown>,
): Promise<{ name: string; reason: string }> {
  try {
    await within(checkWithinMs, 'does not answer', check())
    return { name, reason: 'ok' }
  } catch (error) {
    return { name, reason: (error as Error).message || 'does not answer' }
  }
}
