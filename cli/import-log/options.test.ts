// The command line.
import { describe, expect, it } from 'vitest'
import { help, readOptions } from './options.ts'

const read = (line: string) => readOptions(line.split(' ').filter(Boolean))

describe('the command line', () => {
  it('names a file and a site', () => {
    expect(read('access.log --site demo')).toEqual({ file: 'access.log', siteId: 'demo', url: null })
  })

  it('takes - for standard input, and an address', () => {
    expect(read('--url http://127.0.0.1:3000 --site=demo -')).toEqual({
      file: '-',
      siteId: 'demo',
      url: 'http://127.0.0.1:3000',
    })
  })

  it.each(['--help', '-h', 'access.log --help'])('asks for help with %s', (line) => {
    expect(read(line)).toBeNull()
  })

  it('is explained as README does, in lines that fit a terminal', () => {
    expect(help.replace(/\s+/g, ' ')).toContain('one that is imported again changes no number')
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThan(120)
  })

  it.each([
    ['', 'Name the log'],
    ['access.log', 'Name the site'],
    ['a.log b.log --site demo', 'One log at a time: b.log'],
    ['access.log --site demo --sight x', "Unknown option '--sight'"],
    ['access.log --site', "'--site <value>' argument missing"],
    ['access.log --site=', '--site is empty'],
    [`access.log --site ${'x'.repeat(256)}`, '--site is longer than 255 UTF-16 units'],
    ['access.log --site a\tb', '--site holds a control character'],
    ['access.log --site demo --url 127.0.0.1:3000', '--url must be an address such as'],
    ['access.log --site demo --url ftp://example.org', '--url must be an address such as'],
  ])('refuses "%s"', (line, message) => {
    expect(() => read(line)).toThrow(message)
  })
})
