// Where events go: to Kafka, to the spool, behind older ones, or back to their sender.
import { describe, expect, it } from 'vitest'
import { partitionOf } from '../../kafka/partition-of.ts'
import type { Published, SiteLines } from '../../kafka/publish/publishing.ts'
import { NotSpooled } from '../../spool/spool.ts'
import { createHandover } from './handover.ts'
import { createKeeper, type KeeperParts } from './keeper.ts'

const partitions = 6
const [here, elsewhere] = ['a', 'b']
const position = new Map([[1, 5]])
const kept = { position, lost: [], reason: '' }
const spooled = { position: null, lost: [], reason: '' }

const linesOf = (siteId: string, lines: string[]): SiteLines => ({
  siteId,
  lines: Buffer.from(lines.join('\n')),
  events: lines.length,
  receivedAt: 0,
})

const textOf = (lines: Buffer) => lines.toString().replace('\n', ' ')

/** What a publisher answers that refuses some. */
const refused = (sites: readonly SiteLines[]): Published => ({ position, refused: [...sites], reason: 'no' })

function start(overrides: Partial<KeeperParts> = {}) {
  const log: string[] = []
  const held = new Set<number>()
  const handover = createHandover()
  const spool: KeeperParts['spool'] = {
    holds: (lane) => held.has(lane),
    append: ({ siteId, text }) => {
      log.push(`spool ${siteId} ${textOf(text)}`)
      held.add(partitionOf(siteId, partitions))
      return Promise.resolve()
    },
  }
  const publisher: KeeperParts['publisher'] = {
    publish: (sites) => {
      for (const { siteId, lines } of sites) log.push(`kafka ${siteId} ${textOf(lines)}`)
      return Promise.resolve({ position, refused: [], reason: '' })
    },
  }
  const keep = createKeeper({ publisher, spool, handover, partitions, onSpooled: () => {}, ...overrides })
  return { keep, log, held, handover }
}

const refusing = { publish: (sites: readonly SiteLines[]) => Promise.resolve(refused(sites)) }

describe('keeping events', () => {
  it('brings them to Kafka, and says where they stand', async () => {
    const { keep, log } = start()
    expect(await keep([linesOf(here, ['1', '2'])])).toEqual(kept)
    expect(log).toEqual(['kafka a 1 2'])
  })

  it('spools them where Kafka does not take them, and says that they stand nowhere yet', async () => {
    let events = 0
    const { keep, log } = start({ publisher: refusing, onSpooled: (more) => (events += more) })
    expect(await keep([linesOf(here, ['1', '2'])])).toEqual(spooled)
    expect([log, events]).toEqual([['spool a 1 2'], 2])
  })

  it('spools younger ones behind older ones of their partition, and only those', async () => {
    expect(partitionOf(here, partitions)).not.toBe(partitionOf(elsewhere, partitions))
    const { keep, log, held } = start()
    held.add(partitionOf(here, partitions))
    expect(await keep([linesOf(here, ['1']), linesOf(elsewhere, ['2'])])).toEqual(spooled)
    expect(log).toEqual(['kafka b 2', 'spool a 1'])
  })

  it('spools what Kafka refuses together in the order it came', async () => {
    let refuse = () => {}
    const publish = (sites: readonly SiteLines[]) =>
      new Promise<Published>((resolve) => {
        const before = refuse
        refuse = () => {
          before()
          resolve(refused(sites))
        }
      })
    const { keep, log } = start({ publisher: { publish } })
    const keeping = ['1', '2', '3'].map((line) => keep([linesOf(here, [line])]))
    refuse()
    await Promise.all(keeping)
    expect(log).toEqual(['spool a 1', 'spool a 2', 'spool a 3'])
  })

  it('waits for the last spooled ones instead of going behind them, once they are on their way', async () => {
    const { keep, log, held, handover } = start()
    held.add(partitionOf(here, partitions))
    handover.begin()
    const keeping = [keep([linesOf(here, ['1'])]), keep([linesOf(here, ['2'])])]
    await new Promise(setImmediate)
    expect(log).toEqual([])
    held.clear()
    handover.end()
    await Promise.all(keeping)
    expect(log).toEqual(['kafka a 1', 'kafka a 2'])
  })

  it('goes behind them after all where that takes too long', async () => {
    const { keep, log, held, handover } = start()
    held.add(partitionOf(here, partitions))
    handover.begin()
    await keep([linesOf(here, ['1'])])
    expect(log).toEqual(['spool a 1'])
  })

  it('says what neither takes, with the reason, and keeps the others', async () => {
    const lines = [linesOf(here, ['1']), linesOf(elsewhere, ['2'])]
    const full = { holds: () => false, append: () => Promise.reject(new NotSpooled('the spool is full')) }
    const publish = () => Promise.resolve(refused(lines.slice(0, 1)))
    expect(await start({ publisher: { publish }, spool: full }).keep(lines)).toEqual({
      position,
      lost: lines.slice(0, 1),
      reason: 'Kafka cannot be reached, and the spool is full',
    })
    expect(await start({ publisher: { publish }, spool: null }).keep(lines)).toEqual({
      position,
      lost: lines.slice(0, 1),
      reason: 'no',
    })
  })
})
