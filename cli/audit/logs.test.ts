import { describe, expect, it } from 'vitest'
import { unknownTopicId } from '../../event/event-id.ts'
import { sortLogs } from './logs.ts'

const present = '11111111-0000-0000-0000-000000000000'
const gone = '22222222-0000-0000-0000-000000000000'

const booked = (topicId: string, first: number, next: number, topic = 'events') => ({
  topic,
  topicId,
  partition: 0,
  first,
  next,
})

function sort(committed: number | null, books: ReturnType<typeof booked>[], stored: string[] = []) {
  const partitions = [{ partition: 0, committed, low: 2, high: 90 }]
  return sortLogs(
    { name: 'events', id: present, partitions },
    books,
    stored.map((topicId) => ({ topicId, partition: 0 })),
  )
}

describe('the logs of an audit', () => {
  it('are compared below whatever is committed or booked', () => {
    expect(sort(50, [booked(present, 0, 40)]).present[0]).toMatchObject({
      cut: 50,
      bookedFrom: 0,
      bookedTo: 40,
    })
    expect(sort(30, [booked(present, 0, 40)]).present[0]?.cut).toBe(40)
    expect(sort(null, [booked(present, 5, 40)]).present[0]).toMatchObject({ cut: 40, bookedFrom: 5 })
  })

  it('have nothing to compare where nothing was read yet', () => {
    expect(sort(null, []).present[0]).toMatchObject({ cut: 2, bookedFrom: 2, bookedTo: 2 })
  })

  it('take rows without a topic id for the topic where they end before its own begin', () => {
    const ids = (...parts: Parameters<typeof sort>) => sort(...parts).present[0]?.ids
    const both = [present, unknownTopicId]
    expect(ids(60, [booked(unknownTopicId, 0, 40), booked(present, 40, 60)])).toEqual(both)
    expect(ids(40, [booked(unknownTopicId, 0, 40)])).toEqual(both)
    expect(sort(null, [booked(unknownTopicId, 0, 40)]).present[0]).toMatchObject({ ids: both, cut: 40 })
    expect(ids(60, [booked(unknownTopicId, 0, 40), booked(present, 0, 60)])).toEqual([present])
    expect(ids(60, [booked(unknownTopicId, 0, 40, 'other')])).toEqual([present])
    expect(ids(null, [booked(unknownTopicId, 0, 100)])).toEqual([present])
  })

  it('keep other topics apart, with books or without', () => {
    const { others } = sort(5, [booked(gone, 0, 70), booked(unknownTopicId, 0, 99)], [gone, present, 'lost'])
    expect(others).toEqual([
      { topicId: gone, partition: 0, ids: [gone], cut: 70, topic: 'events' },
      { topicId: unknownTopicId, partition: 0, ids: [unknownTopicId], cut: 99, topic: 'events' },
      { topicId: 'lost', partition: 0, ids: ['lost'], cut: 0, topic: null },
    ])
  })
})
