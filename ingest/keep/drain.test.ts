// What is refused holds up nothing but its own lane.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Publisher } from '../../kafka/publish/publisher.ts'
import { freshFolder } from '../../local/fixtures.ts'
import { entryOf, openAt } from '../../spool/fixtures.ts'
import type { Spool } from '../../spool/spool.ts'
import { drainSpool, type DrainOptions } from './drain.ts'

interface Parts extends Partial<DrainOptions> {
  /** Whether Kafka refuses this lane now. */
  isRefused: (lane: string) => boolean
  onTaken?: (text: string) => void
}

function drain(spool: Spool, { isRefused, onTaken = () => undefined, ...overrides }: Parts) {
  const publish: Publisher['publish'] = (sites) => {
    const refused = sites.filter(({ siteId }) => isRefused(siteId))
    for (const site of sites) if (!refused.includes(site)) onTaken(site.lines.toString())
    return Promise.resolve({ position: new Map<number, number>(), refused, reason: 'no' })
  }
  const publisher = { publish, isConnected: () => true, connect: () => Promise.resolve() }
  return drainSpool({
    spool,
    publisher,
    handover: null,
    retentionMs: 1e12,
    onDrained: () => undefined,
    signal: new AbortController().signal,
    ...overrides,
  })
}

describe('emptying the spool while Kafka refuses a lane', () => {
  it('brings everything of the others, and the rest once it is taken, each lane in its order', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder, { segmentBytes: 150 })
    const texts = Array.from({ length: 12 }, (_, n) => `${n % 3}:${n}`)
    for (const text of texts) await spool.append(entryOf(Number(text[0]), text))
    const taken: string[] = []
    let isSick = true
    const othersAreGone = () => !spool.holds(1) && !spool.holds(2)
    const draining = drain(spool, {
      isRefused: (siteId) => {
        if (othersAreGone()) isSick = false
        return isSick && siteId === 'site-0'
      },
      onTaken: (text) => taken.push(text),
    })
    await draining
    const of = (lane: number) => texts.filter((text) => text.startsWith(`${lane}:`))
    expect(taken.slice(0, 8).sort()).toEqual([...of(1), ...of(2)].sort())
    for (const lane of [0, 1, 2])
      expect(taken.filter((text) => text.startsWith(`${lane}:`))).toEqual(of(lane))
    expect(spool.state()).toMatchObject({ bytes: 0, events: 0 })
  })

  it('tries every lane, though a publisher lets go of its connection where nothing of a request is taken', async () => {
    const spool = await openAt(await freshFolder())
    for (let n = 0; n < 6; n += 1) await spool.append(entryOf(n % 3, `${n}`))
    const taken: string[] = []
    let isConnected = true
    let isBlip = true
    const publish: Publisher['publish'] = (sites) => {
      const isSick = ({ siteId }: { siteId: string }) => isBlip || (siteId === 'site-0' && taken.length < 4)
      const refused = isConnected ? sites.filter(isSick) : [...sites]
      for (const site of sites) if (!refused.includes(site)) taken.push(site.lines.toString())
      // What goes out together is a request of its own.
      if (refused.length > 0) queueMicrotask(() => (isBlip = isConnected = false))
      return Promise.resolve({ position: new Map<number, number>(), refused, reason: 'no' })
    }
    const connect = () => Promise.resolve(void (isConnected = true))
    const isRefused = () => false
    await drain(spool, { isRefused, publisher: { publish, isConnected: () => isConnected, connect } })
    expect([taken.slice(0, 4).sort(), taken.slice(4)]).toEqual([
      ['1', '2', '4', '5'],
      ['0', '3'],
    ])
  })

  it('keeps what is refused, in all its segments, when it is given up and taken over', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder, { segmentBytes: 150 })
    for (let n = 0; n < 8; n += 1) await spool.append(entryOf(n % 2, `${n}`))
    const stopping = new AbortController()
    const draining = drain(spool, {
      isRefused: (siteId) => {
        if (!spool.holds(1)) stopping.abort()
        return siteId === 'site-0'
      },
      signal: stopping.signal,
    })
    await expect(draining).rejects.toThrow()
    expect([spool.holds(0), spool.holds(1), spool.state().events]).toEqual([true, false, 4])
    const taken = new Set<string>()
    const isRefused = () => false
    await drain(await openAt(folder), { isRefused, onTaken: (text) => taken.add(text) })
    expect([...taken].filter((text) => Number(text) % 2 === 0)).toEqual(['0', '2', '4', '6'])
  })

  it('loses nothing and keeps the order of a lane, whatever is refused', async () => {
    const entries = fc.array(fc.record({ lane: fc.nat(3), size: fc.nat(80) }), { maxLength: 20 })
    const refusals = fc.array(fc.nat(3), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(entries, refusals, fc.nat(3), async (list, refusedAfter, sick) => {
        const spool = await openAt(await freshFolder(), { segmentBytes: 200 })
        const texts = list.map(({ lane, size }, n) => `${lane}:${n}:${'x'.repeat(size)}`)
        for (const [n, { lane }] of list.entries()) await spool.append(entryOf(lane, texts[n] ?? ''))
        const taken: string[] = []
        let asked = 0
        // A lane is refused as Kafka refuses it: from some moment on, and for as long as a turn of requests lasts.
        const refusedAt = new Set(refusedAfter)
        let turn = 0
        const nextTurn = () => {
          asked = 0
          turn += 1
        }
        const isRefused = (siteId: string) => {
          if (asked === 0) setImmediate(nextTurn)
          asked += 1
          return siteId === `site-${sick}` && refusedAt.has(turn)
        }
        await drain(spool, { isRefused, onTaken: (text) => taken.push(text) })
        for (let lane = 0; lane <= 3; lane += 1) {
          const of = (all: string[]) => all.filter((text) => text.startsWith(`${lane}:`))
          expect(of(taken)).toEqual(of(texts))
        }
      }),
      { numRuns: 12 },
    )
  })
})
