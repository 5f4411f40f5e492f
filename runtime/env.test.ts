// What is wrong with the settings is told by the variable's name.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { freshFolder } from '../local/fixtures.ts'
import { list, loadDotEnv, readEnv, SettingsError } from './env.ts'

describe('a list', () => {
  const schema = z.object({ TYPES: list('view,page_view') })

  it('is split at its commas', () => {
    expect(readEnv(schema, {})).toEqual({ TYPES: ['view', 'page_view'] })
    expect(readEnv(schema, { TYPES: ' a , b' })).toEqual({ TYPES: ['a', 'b'] })
  })

  it('is named alone where one of its entries is at fault', () => {
    expect(() => readEnv(schema, { TYPES: 'a,,b' })).toThrow(
      /\n {2}TYPES: must be names separated by commas, one entry is empty$/,
    )
  })
})

describe('the file .env', () => {
  const written = async (text: string) => {
    const file = join(await freshFolder(), '.env')
    writeFileSync(file, text)
    return file
  }

  it('is read where there is one', async () => {
    onTestFinished(() => {
      delete process.env['TALLYLINE_TEST_ONE']
      delete process.env['TALLYLINE_TEST_TWO']
    })
    loadDotEnv(join(await freshFolder(), '.env'))
    loadDotEnv(await written('# a comment\nTALLYLINE_TEST_ONE=1\n\nTALLYLINE_TEST_TWO="a b\nc"\n'))
    expect([process.env['TALLYLINE_TEST_ONE'], process.env['TALLYLINE_TEST_TWO']]).toEqual(['1', 'a b\nc'])
  })

  it('stops the start where it is none, or holds a line that would swallow the next', async () => {
    const folder = join(await freshFolder(), '.env')
    mkdirSync(folder)
    expect(() => loadDotEnv(folder)).toThrow(SettingsError)
    expect(() => loadDotEnv(folder)).toThrow(/\.env cannot be read \(EISDIR.*\): make it a file/)
    const file = await written('nonsense here\nTALLYLINE_TEST_ONE=1\n')
    expect(() => loadDotEnv(file)).toThrow(SettingsError)
    expect(() => loadDotEnv(file)).toThrow('holds a line that is no setting: "nonsense here"')
    expect(process.env['TALLYLINE_TEST_ONE']).toBeUndefined()
  })
})
