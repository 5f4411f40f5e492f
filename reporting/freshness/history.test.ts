import { describe, expect, it } from 'vitest'
import type { LogLook, PartitionLook } from '../../kafka/log-reader.ts'
import { addLook, tellFreshness, type History } from './history.ts'

type Found = Pick<PartitionLook, 'committed' | 'high'> & { low?: number }

/** A look `seconds` after the start, when both clocks showed 0. */
function look(seconds: number, found: Found[], topicId = 'a'): LogLook {
  const at = { wall: seconds * 1000, steady: seconds * 1000 }
  return { topicId, at, partitions: found.map((one, partition) => ({ low: 0, ...one, partition })) }
}

function tell(looks: LogLook[], atSecond: number) {
  const history = looks.reduce<History | null>(addLook, null)
  if (!history) throw new Error('no look')
  return tellFreshness(history, { wall: atSecond * 1000, steady: atSecond * 1000 })
}

/** Instants are told two milliseconds early, for clocks that count whole ones. */
const second = (seconds: number) => seconds * 1000 - 2

describe('what looks at the log tell', () => {
  it('is complete until just before the ends were asked for, where all below them is stored', () => {
    const all = [
      { committed: 7, high: 7 },
      { committed: null, high: 0 },
    ]
    expect(tell([look(10, all)], 11)).toEqual({ completeUntil: second(10), records: 0, seconds: 0 })
  })

  it('stands still while something waits, at the last look by which that had not arrived', () => {
    const looks = [
      look(10, [{ committed: 5, high: 5 }]),
      look(11, [{ committed: 5, high: 5 }]),
      look(12, [{ committed: 5, high: 8 }]),
      look(13, [{ committed: 6, high: 9 }]),
    ]
    expect(tell(looks, 13)).toEqual({ completeUntil: second(11), records: 3, seconds: 2.002 })
    expect(tell(looks, 20)).toMatchObject({ completeUntil: second(11), seconds: 9.002 })
  })

  it('waits for the partition that is behind the most', () => {
    const looks = [
      look(10, [
        { committed: 1, high: 1 },
        { committed: 1, high: 1 },
      ]),
      look(11, [
        { committed: 1, high: 2 },
        { committed: 1, high: 1 },
      ]),
      look(12, [
        { committed: 2, high: 2 },
        { committed: 1, high: 2 },
      ]),
    ]
    expect(tell(looks, 12)).toMatchObject({ completeUntil: second(11), records: 1 })
  })

  it('knows of no instant where records waited from the first look on', () => {
    const looks = [look(10, [{ committed: 3, high: 9 }]), look(11, [{ committed: 8, high: 9 }])]
    expect(tell(looks, 11)).toEqual({ completeUntil: null, records: 1, seconds: null })
    const stored = [...looks, look(12, [{ committed: 9, high: 12 }])]
    expect(tell(stored, 12)).toEqual({ completeUntil: second(11), records: 3, seconds: 1.002 })
  })

  it('takes nothing for stored where nothing is committed', () => {
    expect(tell([look(1, [{ committed: null, high: 4 }])], 2)).toEqual({
      completeUntil: null,
      records: 4,
      seconds: null,
    })
  })

  it('counts only what is still in the log, and is not complete while the group has yet to pass what is gone', () => {
    const looks = [
      look(10, [{ committed: 3, high: 3 }]),
      look(11, [{ committed: 3, high: 50 }]),
      look(12, [{ committed: 3, low: 40, high: 50 }]),
    ]
    expect(tell(looks, 12)).toMatchObject({ completeUntil: second(10), records: 10 })
  })

  it('does not believe a committed offset above the end: the log is another one', () => {
    const looks = [look(10, [{ committed: 5000, high: 20 }]), look(11, [{ committed: 5000, high: 6000 }])]
    expect(tell(looks.slice(0, 1), 10)).toMatchObject({ completeUntil: null, records: 20 })
    expect(tell(looks, 11)).toMatchObject({ completeUntil: null, records: 6000 })
    expect(tell([...looks, look(12, [{ committed: 6000, high: 6000 }])], 12)).toMatchObject({ records: 0 })
  })

  it('begins anew where the topic was made anew, and does not believe offsets of the former one', () => {
    const former = [look(10, [{ committed: 9, high: 9 }]), look(11, [{ committed: 9, high: 15 }])]
    expect(tell([...former, look(12, [{ committed: 10, high: 30 }], 'b')], 12).completeUntil).toBeNull()
    const anew = [...former, look(12, [{ committed: 9, high: 30 }], 'b')]
    expect(tell(anew, 12)).toMatchObject({ completeUntil: null, records: 30 })
    expect(tell([...anew, look(13, [{ committed: 30, high: 30 }], 'b')], 13)).toMatchObject({
      completeUntil: second(13),
    })
  })

  it('forgets where the log ended once it ends earlier than that', () => {
    const looks = [
      look(10, [{ committed: 3, high: 3 }]),
      look(11, [{ committed: 3, high: 9 }]),
      look(12, [{ committed: 5, high: 7 }]),
    ]
    expect(tell(looks, 12)).toMatchObject({ completeUntil: null, records: 2 })
  })

  it('counts a partition that was not there yet as empty then', () => {
    const looks = [
      look(10, [{ committed: 2, high: 2 }]),
      look(11, [
        { committed: 2, high: 2 },
        { committed: null, high: 3 },
      ]),
    ]
    expect(tell(looks, 11)).toMatchObject({ completeUntil: second(10), records: 3 })
  })

  it('is not moved on by a clock that is set, nor by a machine that slept', () => {
    const history = addLook(null, look(100, [{ committed: 1, high: 1 }]))
    const setBack = { wall: 40_000, steady: 105_000 }
    expect(tellFreshness(history, setBack).completeUntil).toBe(35_000)
    const setForward = { wall: 900_000, steady: 105_000 }
    expect(tellFreshness(history, setForward).completeUntil).toBe(second(100))
    const slept = { wall: 900_000, steady: 100_001 }
    expect(tellFreshness(history, slept).completeUntil).toBe(second(100))
  })
})
