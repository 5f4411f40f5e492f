// What every service answers about itself: alive, ready, and its figures.
import { Router } from 'express'
import type { Registry } from 'prom-client'
import { getRoute } from './get-route.ts'
import { unavailable } from './problem.ts'
import { within } from './retry.ts'

/**
 * Each part a service needs, by name: resolves when the part works, rejects with the reason when not. One that is away,
 * but can be done without, resolves to a remark.
 */
export type Checks = Record<string, () => Promise<unknown>>

/** What is told of a part instead of `ok`. */
export class Remark {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What `/readyz` tells besides, such as figures. */
export type Facts = () => Record<string, unknown>

const checkWithinMs = 1500

/** `/livez`, `/readyz`, `/health` (the same as ready) and `/metrics`. */
export function healthRoutes(checks: Checks, registry: Registry, facts: Facts = () => ({})): Router {
  const routes = Router()
  getRoute(routes, ['/livez'], (_req, res) => {
    res.json({ status: 'alive' })
  })
  getRoute(routes, ['/readyz', '/health'], async (_req, res) => {
    const parts = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)))
    const failing = parts.filter(({ works }) => !works)
    const report = Object.fromEntries(parts.map(({ name, told }) => [name, told]))
    if (failing.length > 0) {
      const detail = failing.map(({ name, told }) => `${name}: ${told}`).join('; ')
      throw unavailable(detail, 1, { checks: report, ...facts() })
    }
    res.json({ status: 'ready', checks: report, ...facts() })
  })
  getRoute(routes, ['/metrics'], async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics())
  })
  return routes
}

async function runCheck(
  name: string,
  check: () => Promise<unknown>,
): Promise<{ name: string; works: boolean; told: string }> {
  try {
    const found = await within(checkWithinMs, 'does not answer', check())
    return { name, works: true, told: found instanceof Remark ? found.text : 'ok' }
  } catch (error) {
    return { name, works: false, told: (error as Error).message || 'does not answer' }
  }
}
