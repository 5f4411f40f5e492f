// Where events go: to Kafka, to the spool, behind older ones, or back to their sender.
import { describe, expect, it } from 'vitest'
import { partitionOf } from '../../kafka/partition-of.ts'
import { NotPublished, type Position } from '../../kafka/publish/publishing.ts'
import { NotSpooled } from '../../spool/spool.ts'
import { createHandover } from './handover.ts'
import { createKeeper, NotKept, type KeeperParts } from './keeper.ts'

const partitions = 6
const [here, elsewhere] = ['a', 'b']
const position: Position = new Map([[1, 5]])

const linesOf = (siteId: string, lines: string[]) => ({
  siteId,
  text: lines.join('\n'),
  events: lines.length,
  receivedAt: 0,
  checked: null,
})

function start(overrides: Partial<KeeperParts> = {}) {
  const log: string[] = []
  const held = new Set<number>()
  const handover = createHandover()
  const spool: KeeperParts['spool'] = {
    holds: (lane) => held.has(lane),
    append: ({ siteId, text }) => {
      log.push(`spool ${siteId} ${text.toString().replace('\n', ' ')}`)
      held.add(partitionOf(siteId, partitions))
      return Promise.resolve()
    },
  }
  const publisher: KeeperParts['publisher'] = {
    publish: ({ siteId, text }) => {
      log.push(`kafka ${siteId} ${text.replace('\n', ' ')}`)
      return Promise.resolve(position)
    },
  }
  const keep = createKeeper({ publisher, spool, handover, partitions, onSpooled: () => {}, ...overrides })
  return { keep, log, held, handover }
}

const refusing = { publish: () => Promise.reject(new NotPublished('no')) }

describe('keeping events', () => {
  it('brings them to Kafka, and says where they stand', async () => {
    const { keep, log } = start()
    expect(await keep(linesOf(here, ['1', '2']))).toBe(position)
    expect(log).toEqual(['kafka a 1 2'])
  })

  it('spools them where Kafka does not take them, and says that they stand nowhere yet', async () => {
    let spooled = 0
    const { keep, log } = start({ publisher: refusing, onSpooled: (events) => (spooled += events) })
    expect(await keep(linesOf(here, ['1', '2']))).toBeNull()
    expect([log, spooled]).toEqual([['spool a 1 2'], 2])
  })

  it('spools younger ones behind older ones of their partition, and only those', async () => {
    expect(partitionOf(here, partitions)).not.toBe(partitionOf(elsewhere, partitions))
    const { keep, log, held } = start()
    held.add(partitionOf(here, partitions))
    await keep(linesOf(here, ['1']))
    await keep(linesOf(elsewhere, ['2']))
    expect(log).toEqual(['spool a 1', 'kafka b 2'])
  })

  it('spools what Kafka refuses together in the order it came', async () => {
    let refuse = () => {}
    const publish = () =>
      new Promise<Position>((_resolve, reject) => {
        const before = refuse
        refuse = () => {
          before()
          reject(new NotPublished('no'))
        }
      })
    const { keep, log } = start({ publisher: { publish } })
    const keeping = ['1', '2', '3'].map((line) => keep(linesOf(here, [line])))
    refuse()
    await Promise.all(keeping)
    expect(log).toEqual(['spool a 1', 'spool a 2', 'spool a 3'])
  })

  it('waits for the last spooled ones instead of going behind them, once they are on their way', async () => {
    const { keep, log, held, handover } = start()
    held.add(partitionOf(here, partitions))
    handover.begin()
    const keeping = [keep(linesOf(here, ['1'])), keep(linesOf(here, ['2']))]
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
    await keep(linesOf(here, ['1']))
    expect(log).toEqual(['spool a 1'])
  })

  it('refuses what neither takes, with the reason', async () => {
    const full = { holds: () => false, append: () => Promise.reject(new NotSpooled('the spool is full')) }
    const both = start({ publisher: refusing, spool: full }).keep(linesOf(here, ['1']))
    await expect(both).rejects.toThrow(NotKept)
    await expect(both).rejects.toThrow('the spool is full')
    await expect(start({ publisher: refusing, spool: null }).keep(linesOf(here, ['1']))).rejects.toThrow(
      NotKept,
    )
  })
})
