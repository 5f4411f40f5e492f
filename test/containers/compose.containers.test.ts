// The product in containers, as docker-compose.yml describes it: healthy, exact, and nothing accepted is lost.
import { beforeAll, describe, expect, it } from 'vitest'
import { createClickHouse } from '../../clickhouse/client.ts'
import { rowsOf } from '../support/fresh.ts'
import { get } from '../support/http.ts'
import { createComposeProject, type ComposeProject } from './compose-project.ts'
import { composeCommand } from './docker.ts'
import { sendBatch, startSending } from './sending.ts'

/** After an outage the consumer may have to wait until Kafka has given up its former membership. */
const patience = { timeout: 120_000, interval: 250 }

describe.skipIf(composeCommand === null)('docker-compose.yml (needs a Docker engine with compose)', () => {
  let project: ComposeProject

  beforeAll(async () => {
    project = await createComposeProject()
    await project.compose('build')
    return () => project.remove()
  })

  const statsOf = async (site: string) => (await get(`${project.reportingUrl}/stats?site_id=${site}`)).body

  const read = async <Row>(query: string, password = project.readerPassword) => {
    const user = { url: project.clickhouseUrl, user: 'reader', password, database: 'analytics', ca: null }
    const clickhouse = createClickHouse(user, 30_000)
    return rowsOf<Row>(clickhouse, query).finally(() => clickhouse.close())
  }

  const lostOf = async (site: string, accepted: string[]) => {
    const rows = await read<{ id: string }>(
      `SELECT DISTINCT toString(event_id) AS id FROM events WHERE site_id = '${site}'`,
    ).catch(() => [])
    const stored = new Set(rows.map(({ id }) => id))
    return accepted.filter((id) => !stored.has(id))
  }

  it('is healthy within two minutes of its first start', { timeout: 120_000 }, async () => {
    await project.compose('up', '-d')
    await project.untilHealthy()
    expect((await project.states()).get('migrate')).toContain('Exited (0)')
  })

  it('counts what ingest accepted', async () => {
    const accepted = await sendBatch(project.ingestUrl, 'counted')
    expect(accepted).toHaveLength(20)
    const counted = { total_views: 20, unique_users: 20, total_events: 20 }
    await expect.poll(() => statsOf('counted'), patience).toMatchObject(counted)
  })

  it('lets the reader read, by its password only, and nobody else in', async () => {
    expect(await read('SELECT count() AS rows FROM events')).toEqual([{ rows: 20 }])
    await expect(read('SELECT 1', 'guessed')).rejects.toThrow('Authentication failed')
    await expect(read('TRUNCATE TABLE events')).rejects.toThrow()
    expect((await fetch(`${project.clickhouseUrl}/?user=default&query=SELECT+1`)).ok).toBe(false)
  })

  it.each(['clickhouse', 'kafka'])(
    'loses nothing accepted while %s is restarted and killed',
    async (service) => {
      const site = `through-${service}`
      const sending = startSending(project.ingestUrl, site)
      await project.compose('restart', service)
      await project.untilHealthy()
      await project.compose('kill', '-s', 'KILL', service)
      await project.compose('start', service)
      await project.untilHealthy()
      const before = sending.accepted.length
      await expect.poll(() => sending.accepted.length, patience).toBeGreaterThan(before)
      await sending.stop()
      await expect.poll(() => lostOf(site, sending.accepted), patience).toEqual([])
      expect((await statsOf(site))['total_events']).toBeGreaterThanOrEqual(sending.accepted.length)
    },
  )

  it('stops every service in order', async () => {
    await project.compose('stop')
    const states = await project.states()
    for (const service of ['ingest', 'consumer', 'reporting']) {
      expect(states.get(service)).toContain('Exited (0)')
      expect(await project.compose('logs', service)).toContain('"msg":"stopped"')
    }
  })

  it('has the data again after down and up', async () => {
    await project.compose('down')
    await project.compose('up', '-d')
    await project.untilHealthy()
    expect(await statsOf('counted')).toMatchObject({ total_views: 20, unique_users: 20, total_events: 20 })
  })
})
