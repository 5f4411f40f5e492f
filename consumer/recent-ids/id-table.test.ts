import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idsPerBlock } from './id-blocks.ts'
import { IdTable } from './id-table.ts'

type Id = [number, number, number, number]

/** Ids that share most of their words, so that only a whole comparison tells them apart. */
const id = (n: number): Id => [n % 7, (n * 31) % 11, Math.floor(n / 3), n % 2]
const add = (table: IdTable, id: Id) => table.add(Int32Array.from(id))
const has = (table: IdTable, id: Id) => table.has(Int32Array.from(id))

describe('the table of ids', () => {
  it('knows exactly the ids of the blocks it has, like a plain set', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('add'), from: fc.nat(60_000), count: fc.nat(9000) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('remove'), from: fc.nat(60_000), count: fc.nat(3000) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop'), from: fc.nat(), count: fc.nat() }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.integer(), (steps, seed) => {
        const table = new IdTable(seed)
        const blocks: Set<string>[] = []
        /** How many ids came into the newest block, those that were removed since too. */
        let filled = 0
        const isKnown = (key: string) => blocks.some((block) => block.has(key))
        for (const { kind, from, count } of steps) {
          if (kind === 'drop') {
            table.dropOldestBlock(() => undefined)
            blocks.shift()
            continue
          }
          for (let n = from; n < from + count; n += 1) {
            const key = id(n).join()
            if (kind === 'remove') {
              table.remove(Int32Array.from(id(n)))
              for (const block of blocks) block.delete(key)
              continue
            }
            const isNew = !isKnown(key)
            if (add(table, id(n)) !== isNew) return false
            if (!isNew) continue
            if (blocks.length === 0 || filled === idsPerBlock) {
              blocks.push(new Set())
              filled = 0
            }
            blocks[blocks.length - 1]?.add(key)
            filled += 1
          }
          if (table.size() !== blocks.reduce((sum, block) => sum + block.size, 0)) return false
        }
        return Array.from({ length: 70_000 }, (_, n) => n).every(
          (n) => has(table, id(n)) === isKnown(id(n).join()),
        )
      }),
      { numRuns: 15 },
    )
  })

  it('takes at most 29 bytes an id, also right after it has grown', () => {
    const table = new IdTable(7)
    for (let n = 0; n < 1_000_000; n += 1) {
      table.add(Int32Array.of(Math.imul(n, 0x9e3779b1), n, 1, 2))
      if (n > 200_000 && n % 1000 === 0) expect(table.bytes() / table.size()).toBeLessThanOrEqual(29)
    }
    expect(table.size()).toBe(1_000_000)
  })

  it('has room for what was announced, within the same bytes, and goes on knowing what it knew', () => {
    const table = new IdTable(7)
    const add = (n: number) => table.add(Int32Array.of(Math.imul(n, 0x9e3779b1), n, 1, 2))
    for (let n = 0; n < 20_000; n += 1) add(n)
    table.reserve(500_000)
    const room = table.bytes()
    let added = 0
    for (let n = 0; n < 500_000; n += 1) if (add(n)) added += 1
    expect(added).toBe(480_000)
    expect(table.bytes() - room).toBeLessThanOrEqual(480_000 * 16 + 65_536 * 16)
    expect(table.bytes() / table.size()).toBeLessThanOrEqual(29)
  })
})
