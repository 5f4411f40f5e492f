// Between reporting and Kafka: links that break in every way.
import { expect, it } from 'vitest'
import type { TroubleKind } from '../../faults/proxy/trouble.ts'
import { freshDatabase } from '../../test/support/fresh.ts'
import { get } from '../../test/support/http.ts'
import { startTestReporting, until } from '../../test/support/pipeline.ts'
import { startProxiedKafka } from '../../test/support/proxied-kafka.ts'
import { statsOf } from '../../test/support/stats.ts'

it('freshness is told as null once Kafka hangs or is cut off, fast, and as before once it is back', async () => {
  const { settings } = await freshDatabase()
  const { proxy, proxied } = await startProxiedKafka()
  const { url } = await startTestReporting(settings, { kafka: proxied })
  const lag = async () => (await statsOf(url, 'demo')).lag
  await until(async () => (await lag()) !== null)
  for (const kind of ['hang', 'cut', 'half-open', 'swallow'] satisfies TroubleKind[]) {
    proxy.set({ kind })
    await until(async () => (await lag()) === null)
    // More than would fit into this test's time if each of them waited for Kafka.
    for (let asked = 0; asked < 60; asked += 1) expect(await lag()).toBeNull()
    expect((await get(`${url}/metrics`)).body['text']).not.toContain('consumer_lag_records{')
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200 })
    proxy.set({ kind: 'none' })
    await until(async () => (await lag()) !== null)
    expect((await get(`${url}/metrics`)).body['text']).toContain('consumer_lag_records{partition="1"} 0')
  }
}, 180_000)
