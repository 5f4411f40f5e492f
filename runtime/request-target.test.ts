import { describe, expect, it } from 'vitest'
import { toOriginForm } from './request-target.ts'

describe('the target of a request', () => {
  it.each([
    ['http://host/event', '/event'],
    ['HTTP://host:3000/stats?site_id=a&from=http://x/y', '/stats?site_id=a&from=http://x/y'],
    ['https://[::1]:3000/', '/'],
    ['http://host', '/'],
    ['http://host?x=1', '/?x=1'],
    ['/event', '/event'],
    ['/http://host/event', '/http://host/event'],
    ['//host/event', '//host/event'],
    ['*', '*'],
  ])('%s means %s', (target, meant) => expect(toOriginForm(target)).toBe(meant))
})
