// What was appended is there, whatever happens, until its taker says that it may go.
import { appendFileSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freshFolder } from '../local/fixtures.ts'
import { entryOf, freeLock, openAt, takeAll } from './fixtures.ts'
import { FolderTakenOver } from './ownership.ts'
import { NotSpooled, type Spool } from './spool.ts'

const segmentsIn = (folder: string) => readdirSync(folder).filter((file) => file.endsWith('.events'))

async function appendAll(spool: Spool, texts: string[]): Promise<void> {
  for (const text of texts) await spool.append(entryOf(0, text))
}

describe('a spool', () => {
  it('gives what was appended in that order, also to the process after one that died', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder)
    await Promise.all(['a', 'b', 'c'].map((text) => spool.append(entryOf(0, text))))
    const heir = await openAt(folder)
    await heir.append(entryOf(0, 'd'))
    expect(await takeAll(heir)).toEqual(['a', 'b', 'c', 'd'])
    expect(segmentsIn(folder)).toEqual([])
  })

  it('keeps each entry whole: site, time of receipt, events, lines', async () => {
    const folder = await freshFolder()
    const entry = { siteId: 'Zürich-3', receivedAt: 1.7e12, events: 2, text: Buffer.from('{"a":"ä"}\n{}') }
    await (await openAt(folder)).append(entry)
    const taken = await (await openAt(folder)).takeOldest()
    expect(taken?.entries()).toEqual([entry])
  })

  it('begins a new segment when one is full, and removes each by itself', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder, { segmentBytes: 100 })
    await appendAll(spool, ['a'.repeat(50), 'b'.repeat(50), 'c'.repeat(50)])
    expect(segmentsIn(folder).length).toBeGreaterThan(1)
    const taken = await spool.takeOldest()
    for (const entry of taken?.entries() ?? []) taken?.acknowledge(entry)
    await taken?.remove()
    const heir = await openAt(folder)
    expect((await takeAll(heir)).join('')).not.toContain('a')
  })

  it('knows which lanes it holds, from the append to the acknowledgement, and after a restart', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder)
    const appending = spool.append(entryOf(3, 'x'))
    expect([spool.holds(3), spool.holds(4)]).toEqual([true, false])
    await appending
    const heir = await openAt(folder)
    expect([heir.holds(3), heir.holds(4)]).toEqual([true, false])
    const taken = await heir.takeOldest()
    for (const entry of taken?.entries() ?? []) taken?.acknowledge(entry)
    expect(heir.holds(3)).toBe(false)
    await taken?.remove()
    expect(heir.state()).toMatchObject({ bytes: 0, events: 0, oldestAt: null })
  })

  it('gives the same segment, without what was acknowledged, until it is removed', async () => {
    const spool = await openAt(await freshFolder())
    await appendAll(spool, ['a', 'b'])
    const taken = await spool.takeOldest()
    const [first] = taken?.entries() ?? []
    if (first) taken?.acknowledge(first)
    if (first) taken?.acknowledge(first)
    await spool.append(entryOf(0, 'c'))
    expect((await spool.takeOldest())?.entries().map(({ text }) => text.toString())).toEqual(['b'])
    expect(spool.state().events).toBe(2)
    expect(await takeAll(spool)).toEqual(['b', 'c'])
  })

  it('gives by lanes, and knows what was acknowledged when it reads a segment again, damaged or not', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder, { segmentBytes: 150 })
    for (const n of [0, 1, 0, 1, 0, 1, 1]) await spool.append(entryOf(n, `text of ${n}`))
    const [file = ''] = segmentsIn(folder).sort()
    const taken = await spool.takeOldest()
    const [first, second] = taken?.entries() ?? []
    for (const entry of [first, second]) if (entry) taken?.acknowledge(entry)
    expect(taken?.entries()).toHaveLength(2)
    const later = await spool.takeOldest((lane) => lane === 1)
    for (const entry of later?.entries() ?? []) if (entry.siteId === 'site-1') later?.acknowledge(entry)
    expect(later?.segment).toBe(taken?.segment)
    const newest = await spool.takeOldest((lane) => lane === 1)
    expect(newest?.segment).not.toBe(taken?.segment)
    expect(spool.bytesOf((lane) => lane === 1)).toBe(newest?.segment.bytes)
    const bytes = readFileSync(join(folder, file))
    bytes.write('X', bytes.indexOf('text of 1'))
    writeFileSync(join(folder, file), bytes)
    const again = await spool.takeOldest()
    expect(again?.segment).toBe(taken?.segment)
    expect(again?.entries().map(({ siteId }) => siteId)).toEqual(['site-0'])
    expect(spool.state().damagedBytes).toBe(bytes.length / 4)
  })

  it('counts what can no longer be read as gone, so that its lane is not waited for', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder)
    for (const lane of [0, 1]) await spool.append(entryOf(lane, `text of ${lane}`))
    const [file = ''] = segmentsIn(folder)
    const bytes = readFileSync(join(folder, file))
    bytes.write('X', bytes.indexOf('text'))
    writeFileSync(join(folder, file), bytes)
    await spool.takeOldest()
    expect([spool.holds(0), spool.holds(1), spool.state().events]).toEqual([false, true, 1])
    expect(await spool.takeOldest((lane) => lane === 0)).toBeNull()
  })

  it('tells what it holds', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder)
    await appendAll(spool, ['a', 'b'])
    expect(spool.state()).toMatchObject({ events: 2, oldestAt: 1_700_000_000_000, refusal: null })
    const size = segmentsIn(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
    expect(spool.state().bytes).toBe(size)
  })

  it('refuses more bytes than it may hold, and takes again when there is room', async () => {
    const spool = await openAt(await freshFolder(), { maxBytes: 200 })
    await spool.append(entryOf(0, 'a'.repeat(100)))
    await expect(spool.append(entryOf(1, 'b'.repeat(100)))).rejects.toThrow(NotSpooled)
    expect(spool.holds(1)).toBe(false)
    expect(await takeAll(spool)).toEqual(['a'.repeat(100)])
    await spool.append(entryOf(1, 'b'.repeat(100)))
  })

  it('takes nothing any more once another process owns its folder', async () => {
    let isMine = true
    const lock = { ...freeLock, isMine: () => Promise.resolve(isMine) }
    const spool = await openAt(await freshFolder(), { lock })
    await spool.append(entryOf(0, 'a'))
    isMine = false
    const { bytes } = spool.state()
    await expect(spool.append(entryOf(5, 'b'))).rejects.toThrow('another process')
    expect([spool.holds(5), spool.state().bytes]).toEqual([false, bytes])
    expect(spool.state().refusal).toContain('another process')
    await expect(spool.lost).rejects.toThrow(FolderTakenOver)
  })

  it('removes nothing any more then: the name may be that of a segment of the new owner', async () => {
    let isMine = true
    const lock = { ...freeLock, isMine: () => Promise.resolve(isMine) }
    const folder = await freshFolder()
    const spool = await openAt(folder, { lock })
    await spool.append(entryOf(0, 'a'))
    const taken = await spool.takeOldest()
    for (const entry of taken?.entries() ?? []) taken?.acknowledge(entry)
    isMine = false
    await expect(taken?.remove()).rejects.toThrow(FolderTakenOver)
    expect(segmentsIn(folder)).toHaveLength(1)
  })
})

describe('a spool that finds its files damaged', () => {
  it('cuts off a torn end, counts it, and goes on', async () => {
    const folder = await freshFolder()
    await appendAll(await openAt(folder), ['a', 'b'])
    const [file = ''] = segmentsIn(folder)
    const whole = statSync(join(folder, file)).size
    appendFileSync(join(folder, file), Buffer.from([0xff, 0x54, 0x4c, 0x01, 9, 9]))
    const heir = await openAt(folder)
    expect(heir.state()).toMatchObject({ tornBytes: 6, damagedBytes: 0, events: 2 })
    expect(statSync(join(folder, file)).size).toBe(whole)
    expect(await takeAll(heir)).toEqual(['a', 'b'])
  })

  it('removes a segment of which nothing was written whole', async () => {
    const folder = await freshFolder()
    writeFileSync(join(folder, '000000000007.events'), 'torn')
    const spool = await openAt(folder)
    expect(segmentsIn(folder)).toEqual([])
    await spool.append(entryOf(0, 'a'))
    expect(segmentsIn(folder)).toEqual(['000000000008.events'])
  })

  it('loses only what cannot be read in the middle, and sets the file aside', async () => {
    const folder = await freshFolder()
    await appendAll(await openAt(folder), ['a', 'b', 'c'])
    const [file = ''] = segmentsIn(folder)
    const bytes = readFileSync(join(folder, file))
    bytes.write('B', bytes.indexOf('b', bytes.length / 3))
    writeFileSync(join(folder, file), bytes)
    const heir = await openAt(folder)
    expect(heir.state()).toMatchObject({ tornBytes: 0, damagedBytes: bytes.length / 3, events: 2 })
    expect(await takeAll(heir)).toEqual(['a', 'c'])
    expect(readdirSync(folder)).toEqual([`${file}.damaged`])
    expect(readFileSync(join(folder, `${file}.damaged`))).toEqual(bytes)
  })

  it('goes on without a segment that somebody removed', async () => {
    const folder = await freshFolder()
    const spool = await openAt(folder, { segmentBytes: 1 })
    await appendAll(spool, ['a', 'b'])
    unlinkSync(join(folder, segmentsIn(folder)[0] ?? ''))
    expect(await takeAll(spool)).toEqual(['b'])
    expect(spool.state()).toMatchObject({ bytes: 0, events: 0 })
    expect(spool.holds(0)).toBe(false)
  })
})

describe('any history of a spool', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('append' as const), lane: fc.nat(3), size: fc.nat(200) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), torn: fc.nat(40) }) },
  )

  it('loses nothing, gives nothing else, keeps the order, and counts right', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const folder = await freshFolder()
        let spool = await openAt(folder, { segmentBytes: 300 })
        let held: { lane: number; text: string }[] = []
        for (const [n, one] of steps.entries()) {
          if (one.do === 'append') {
            const text = `${n}:${'x'.repeat(one.size)}`
            await spool.append(entryOf(one.lane, text))
            held.push({ lane: one.lane, text })
          } else if (one.do === 'take') {
            const taken = await spool.takeOldest()
            const texts = taken?.entries().map(({ text }) => text.toString()) ?? []
            expect(texts).toEqual(held.slice(0, texts.length).map(({ text }) => text))
            for (const entry of taken?.entries() ?? []) taken?.acknowledge(entry)
            await taken?.remove()
            held = held.slice(texts.length)
          } else {
            const newest = segmentsIn(folder).sort().at(-1)
            if (newest) appendFileSync(join(folder, newest), Buffer.alloc(one.torn, 0xff))
            spool = await openAt(folder, { segmentBytes: 300 })
          }
          const lanes = [0, 1, 2, 3].filter((lane) => spool.holds(lane))
          expect(lanes).toEqual([0, 1, 2, 3].filter((lane) => held.some((entry) => entry.lane === lane)))
          expect(spool.state().events).toBe(held.length)
        }
        expect(await takeAll(spool)).toEqual(held.map(({ text }) => text))
        expect(spool.state()).toMatchObject({ bytes: 0, events: 0 })
      }),
      { numRuns: 100 },
    )
  })
})
