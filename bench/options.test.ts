// What the bench can be asked for.
import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'
import { sectionNames } from './sections/sections.ts'

describe('the options', () => {
  it('are a whole run that is kept, where nothing is asked for', () => {
    const options = readOptions([])
    expect(options).toMatchObject({ only: sectionNames, isKept: true })
    for (const { rounds } of [options?.settings.single, options?.settings.drain].filter((one) => !!one)) {
      expect(rounds).toBeGreaterThanOrEqual(5)
    }
  })

  it('keep nothing of a quick run or of some sections', () => {
    expect(readOptions(['--quick'])).toMatchObject({ only: sectionNames, isKept: false })
    expect(readOptions(['--only', 'start, drain'])).toMatchObject({ only: ['drain', 'start'], isKept: false })
    expect(readOptions(['--quick', '--only=stats'])?.only).toEqual(['stats'])
  })

  it('name what they do not know', () => {
    expect(() => readOptions(['--only', 'drain,speed'])).toThrow('no section "speed"')
    expect(() => readOptions(['--fast'])).toThrow('--fast')
  })

  it('are none where help is asked for', () => {
    expect(readOptions(['-h'])).toBeNull()
  })
})
