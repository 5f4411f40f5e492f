import { describe, expect, it } from 'vitest'
import { UsageError } from '../usage.ts'
import { readOptions } from './options.ts'

const now = Date.UTC(2025, 10, 14, 12)
const filter = { reason: null, site: null, since: null, places: null }
const place = { topicId: null, partition: 2, offset: 1042, line: 3 }
const topicId = '11111111-2222-3333-4444-555555555555'

describe('the command line of dead-letters', () => {
  it('is read', () => {
    expect(readOptions(['list'], now)).toEqual({ kind: 'list', filter, all: false })
    expect(readOptions(['list', '--all', '--reason', 'json', '--site', 'demo'], now)).toEqual({
      kind: 'list',
      all: true,
      filter: { ...filter, reason: 'json', site: 'demo' },
    })
    expect(readOptions(['show', '2:1042:3', `${topicId}:2:1042:3`], now)).toEqual({
      kind: 'show',
      filter: { ...filter, places: [place, { ...place, topicId }] },
    })
    expect(readOptions(['replay', '--dry-run'], now)).toEqual({
      kind: 'replay',
      filter,
      dryRun: true,
      force: false,
    })
    expect(readOptions(['replay', '2:1042:3', '--force'], now)).toMatchObject({
      filter: { places: [place] },
      dryRun: false,
      force: true,
    })
    expect(readOptions(['list', '-h'], now)).toBeNull()
  })

  it.each([
    ['2025-11-14', Date.UTC(2025, 10, 14)],
    ['2025-11-14T09:30:00+01:00', Date.UTC(2025, 10, 14, 8, 30)],
    ['90m', now - 5_400_000],
    ['24h', now - 86_400_000],
    ['7d', now - 604_800_000],
  ])('takes --since %s', (since, expected) => {
    expect(readOptions(['list', '--since', since], now)?.filter.since).toBe(expected)
  })

  it.each([
    [[], 'Say list, show or replay'],
    [['drop'], 'There is no drop'],
    [['list', '1:2:3'], 'list takes no places: say show'],
    [['list', '--force'], 'list takes no --force'],
    [['show'], 'Name a place to show, such as 2:1042:0'],
    [['show', '1:2'], 'A place is partition:offset:line, such as 2:1042:0, not 1:2'],
    [['show', '1:2:3', '--all'], 'show takes no --all'],
    [['replay', '--since', 'yesterday'], /^--since must be a date, .*, not yesterday$/],
    [['replay', '--since=-5h'], /^--since must be a date, .*, not -5h$/],
    [['replay', '--since', '-5h'], /^Option '--since' argument is ambiguous\. .* use '--since=-XYZ'$/],
    [['replay', '--forse'], "Unknown option '--forse'"],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => readOptions(args, now)).toThrow(UsageError)
    expect(() => readOptions(args, now)).toThrow(message)
  })
})
