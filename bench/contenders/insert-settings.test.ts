// The limit's inserts have the settings of Tallyline's own.
import { describe, expect, it } from 'vitest'
import { insertSettings } from './insert-settings.ts'

describe('the settings of the raw posts', () => {
  it('are those that every insert of events has, as texts, and none of a single one', () => {
    expect(insertSettings).toMatchObject({ async_insert: '0', max_insert_threads: '1' })
    expect(insertSettings).not.toHaveProperty('insert_deduplication_token')
  })
})
