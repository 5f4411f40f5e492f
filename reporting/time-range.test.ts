import { describe, expect, it } from 'vitest'
import { readTimeRange, type AskedRange } from './time-range.ts'

function rangeOf(asked: Partial<AskedRange>) {
  const { range, faults } = readTimeRange({ timezone: 'UTC', ...asked })
  const show = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString())
  return faults.length > 0
    ? faults.map(({ field, code }) => `${field} ${code}`)
    : [show(range.from), show(range.to)]
}

describe('the range of a request (contract section 5)', () => {
  it.each([
    ['UTC', '2025-11-14', '2025-11-14T00:00:00.000Z', '2025-11-15T00:00:00.000Z'],
    ['Asia/Kathmandu (+5:45)', '2025-11-14', '2025-11-13T18:15:00.000Z', '2025-11-14T18:15:00.000Z'],
    ['Asia/Kolkata (+5:30)', '2025-11-14', '2025-11-13T18:30:00.000Z', '2025-11-14T18:30:00.000Z'],
    ['Pacific/Kiritimati (+14)', '2025-11-14', '2025-11-13T10:00:00.000Z', '2025-11-14T10:00:00.000Z'],
    ['Europe/Berlin (23 hours)', '2025-03-30', '2025-03-29T23:00:00.000Z', '2025-03-30T22:00:00.000Z'],
    ['Europe/Berlin (25 hours)', '2025-10-26', '2025-10-25T22:00:00.000Z', '2025-10-26T23:00:00.000Z'],
    ['America/Sao_Paulo (no midnight)', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    [
      'Australia/Lord_Howe (half an hour)',
      '2025-10-05',
      '2025-10-04T13:30:00.000Z',
      '2025-10-05T13:00:00.000Z',
    ],
    [
      'Pacific/Apia (a day that never was)',
      '2011-12-30',
      '2011-12-30T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
    ],
  ])('in %s the day %s is from %s to %s', (zone, date, from, to) => {
    expect(rangeOf({ date, timezone: zone.split(' ')[0] ?? '' })).toEqual([from, to])
  })

  it('is all time where nothing is asked for', () => expect(rangeOf({})).toEqual([null, null]))

  it('takes dates and instants as bounds, one or both', () => {
    expect(rangeOf({ from: '2025-11-14', timezone: 'Asia/Kathmandu' })).toEqual([
      '2025-11-13T18:15:00.000Z',
      null,
    ])
    expect(rangeOf({ to: '2025-11-14T10:00:00+02:00' })).toEqual([null, '2025-11-14T08:00:00.000Z'])
    expect(rangeOf({ from: '2025-11-14T00:00:00.0001Z', to: '2025-11-15' })).toEqual([
      '2025-11-14T00:00:00.001Z',
      '2025-11-15T00:00:00.000Z',
    ])
  })

  it('rounds bounds between milliseconds up, and leaves all others, also before 1970', () => {
    expect(rangeOf({ from: '1969-12-31T23:59:59.000Z', to: '1969-12-31T23:59:59.000001Z' })).toEqual([
      '1969-12-31T23:59:59.000Z',
      '1969-12-31T23:59:59.001Z',
    ])
    expect(rangeOf({ from: '0000-01-01T00:00:00Z', to: '0000-01-01T00:00:00.001Z' })).toEqual([
      '0000-01-01T00:00:00.000Z',
      '0000-01-01T00:00:00.001Z',
    ])
  })

  it('goes to the last instant that RFC 3339 can tell', () => {
    expect(rangeOf({ date: '9999-12-30', to: undefined })).toEqual([
      '9999-12-30T00:00:00.000Z',
      '9999-12-31T00:00:00.000Z',
    ])
    expect(rangeOf({ to: '9999-12-31T23:59:59.999Z' })).toEqual([null, '9999-12-31T23:59:59.999Z'])
  })

  it.each<[Partial<AskedRange>, string[]]>([
    [{ date: '9999-12-31' }, ['date date']],
    [{ date: '0000-01-01', timezone: 'Asia/Kathmandu' }, ['date date']],
    [{ from: '9999-12-31T23:59:59.9991Z' }, ['from date']],
    [{ from: '-000001-01-01T00:00:00Z', to: '+010000-01-01T00:00:00Z' }, ['from date', 'to date']],
    [{ date: '2025-13-40' }, ['date date']],
    [{ date: '2025-02-30' }, ['date date']],
    [{ date: '14.11.2025' }, ['date date']],
    [{ date: '' }, ['date date']],
    [{ date: '2025-11-14', from: '2025-11-14' }, ['date conflict']],
    [{ from: 'x', to: 'y' }, ['from date', 'to date']],
    [{ from: '2025-11-14T10:00:00' }, ['from date']],
    [{ from: '2025-11-15', to: '2025-11-14' }, ['from range']],
    [{ from: '2025-11-14', to: '2025-11-14' }, ['from range']],
    [
      { date: '2025-02-30', from: 'a', timezone: 'x' },
      ['timezone timezone', 'date date', 'date conflict', 'from date'],
    ],
    [{ timezone: 'Mars/Phobos' }, ['timezone timezone']],
    [{ timezone: '' }, ['timezone timezone']],
  ])('refuses %j', (asked, faults) => expect(rangeOf(asked)).toEqual(faults))
})
