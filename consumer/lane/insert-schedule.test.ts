// When lanes begin to store, with times given by the test's clock.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createInsertSchedule, type ScheduledLane } from './insert-schedule.ts'

const limits = { maxRows: 1000, maxBytes: 100_000, maxAgeMs: 800, quietAgeMs: 5 }

/** A lane that holds what the test says, and how often it began to store. */
function createTestLane(schedule = createInsertSchedule(limits)) {
  const lane = {
    ...{ held: 0, bytesHeld: 0, isStoring: false, isUrgent: false, openedAt: Infinity, begun: 0 },
    hold(lines: number, bytes = lines) {
      if (lane.held === 0) lane.openedAt = performance.now()
      lane.held += lines
      lane.bytesHeld += bytes
      place.mayBeDue()
      vi.advanceTimersByTime(0)
    },
    /** The store has answered. */
    finish() {
      lane.isStoring = false
      place.end()
      vi.advanceTimersByTime(0)
    },
    leave: () => place.leave(),
  }
  const scheduled: ScheduledLane = {
    mayBegin: () => lane.held > 0 && !lane.isStoring,
    isUrgent: () => lane.isUrgent,
    lines: () => lane.held,
    bytes: () => lane.bytesHeld,
    openedAt: () => lane.openedAt,
    begin: () => {
      lane.begun += 1
      Object.assign(lane, { held: 0, bytesHeld: 0, isStoring: true, openedAt: Infinity })
    },
  }
  const place = schedule.join(scheduled)
  return lane
}

function createTestLanes(count: number) {
  const schedule = createInsertSchedule(limits)
  return { schedule, lanes: Array.from({ length: count }, () => createTestLane(schedule)) }
}

const begun = (lanes: ReturnType<typeof createTestLane>[]) => lanes.map((lane) => lane.begun)

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

describe('the schedule of inserts', () => {
  it('begins all lanes together once they hold enough together', () => {
    const { lanes } = createTestLanes(3)
    for (const lane of lanes) lane.hold(333)
    expect(begun(lanes)).toEqual([0, 0, 0])
    lanes[1]?.hold(1)
    expect(begun(lanes)).toEqual([1, 1, 1])
  })

  it('counts bytes as well as lines', () => {
    const lane = createTestLane()
    lane.hold(500, 99_999)
    expect(lane.begun).toBe(0)
    lane.hold(1)
    expect(lane.begun).toBe(1)
  })

  it('begins no more at a time than is enough, the oldest first', () => {
    const { lanes } = createTestLanes(3)
    lanes[0]?.hold(1000)
    for (const lane of [2, 1]) {
      lanes[lane]?.hold(1000)
      vi.advanceTimersByTime(1)
    }
    lanes[0]?.hold(10)
    lanes[0]?.finish()
    expect(begun(lanes)).toEqual([1, 0, 1])
    lanes[2]?.finish()
    expect(begun(lanes)).toEqual([1, 1, 1])
  })

  it('begins what is old enough, and with it what is younger', () => {
    const { lanes } = createTestLanes(2)
    lanes[0]?.hold(900)
    vi.advanceTimersByTime(700)
    lanes[1]?.hold(50)
    vi.advanceTimersByTime(99)
    expect(begun(lanes)).toEqual([0, 0])
    vi.advanceTimersByTime(2)
    expect(begun(lanes)).toEqual([1, 1])
  })

  it('begins nothing while one is under way, and what came meanwhile right after it', () => {
    const { lanes } = createTestLanes(2)
    lanes[0]?.hold(1000)
    lanes[0]?.hold(600)
    lanes[1]?.hold(600)
    expect(begun(lanes)).toEqual([1, 0])
    lanes[0]?.finish()
    expect(begun(lanes)).toEqual([2, 1])
  })

  it('does not wait for a lane that left while it stored', () => {
    const { lanes } = createTestLanes(2)
    lanes[0]?.hold(1000)
    lanes[1]?.hold(1000)
    lanes[0]?.leave()
    vi.advanceTimersByTime(0)
    expect(begun(lanes)).toEqual([1, 1])
  })

  it('lets few lines wait for a moment only, until the last insert is over and 10 ms after it began', () => {
    const lane = createTestLane()
    vi.advanceTimersByTime(100)
    lane.hold(8)
    expect(lane.begun).toBe(0)
    vi.advanceTimersByTime(5)
    expect(lane.begun).toBe(1)
    lane.hold(1)
    lane.finish()
    vi.advanceTimersByTime(9)
    expect(lane.begun).toBe(1)
    vi.advanceTimersByTime(1)
    expect(lane.begun).toBe(2)
    lane.hold(1)
    vi.advanceTimersByTime(20)
    expect(lane.begun).toBe(2)
    lane.finish()
    expect(lane.begun).toBe(3)
  })

  it('lets lines wait the longer the more there are', () => {
    const { schedule, lanes } = createTestLanes(1)
    vi.advanceTimersByTime(100)
    lanes[0]?.hold(108)
    expect(schedule.isQuiet()).toBe(false)
    vi.advanceTimersByTime(199)
    expect(begun(lanes)).toEqual([0])
    vi.advanceTimersByTime(2)
    expect(begun(lanes)).toEqual([1])
    expect(schedule.isQuiet()).toBe(true)
  })

  it('lets nothing wait that is urgent', () => {
    const lane = createTestLane()
    lane.isUrgent = true
    lane.hold(500)
    expect(lane.begun).toBe(1)
  })
})
