import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { removeRunningStack, writeRunningStack } from '../runtime/running-stack.ts'
import { findServices } from './find-services.ts'

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallyline-find-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('the services that a command talks to', () => {
  it('are those of the stack that runs on the data folder', () => {
    const DATA_DIR = freshFolder()
    writeRunningStack(DATA_DIR, {
      ingest: 'http://127.0.0.1:4000',
      reporting: 'http://127.0.0.1:4001',
      consumer: 'http://127.0.0.1:4002',
      brokers: [],
      clickhouse: { url: 'http://127.0.0.1:8123', database: 'analytics', users: null },
    })
    const found = findServices({ DATA_DIR, INGEST_PORT: '5000' })
    expect(found).toEqual({ ingest: 'http://127.0.0.1:4000', reporting: 'http://127.0.0.1:4001' })
    removeRunningStack(DATA_DIR)
    expect(findServices({ DATA_DIR }).ingest).toBe('http://127.0.0.1:3000')
  })

  it('are those on the ports that are set, where no stack runs', () => {
    const DATA_DIR = freshFolder()
    const found = findServices({ DATA_DIR, INGEST_PORT: '5000', REPORTING_PORT: '5001' })
    expect(found).toEqual({ ingest: 'http://127.0.0.1:5000', reporting: 'http://127.0.0.1:5001' })
  })
})
