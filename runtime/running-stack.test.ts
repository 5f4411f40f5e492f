// Finding a running `npm start`.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readRunningStack, removeRunningStack, writeRunningStack } from './running-stack.ts'

const addresses = {
  ingest: 'http://127.0.0.1:3000',
  consumer: 'http://127.0.0.1:3002',
  reporting: 'http://127.0.0.1:3001',
  brokers: ['127.0.0.1:9092'],
  clickhouse: { url: 'http://127.0.0.1:8123', database: 'analytics', users: null },
}

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tallyline-stack-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('the running stack', () => {
  it('is found by its data folder while it runs', async () => {
    const folder = await freshFolder()
    writeRunningStack(folder, addresses)
    expect(readRunningStack(folder)).toMatchObject({ ...addresses, pid: process.pid })
    removeRunningStack(folder)
    expect(readRunningStack(folder)).toBeNull()
  })

  it('is not found where nothing runs, or the file is none of ours', async () => {
    const folder = await freshFolder()
    expect(readRunningStack(folder)).toBeNull()
    await writeFile(join(folder, 'stack.json'), '{"pid":1}')
    expect(readRunningStack(folder)).toBeNull()
  })

  it('is not found after it was killed, though another process has its number', async () => {
    const folder = await freshFolder()
    writeRunningStack(folder, addresses)
    const file = join(folder, 'stack.json')
    const written = await readFile(file, 'utf8')
    await writeFile(file, written.replace(/"processStart": ".*"/, '"processStart": "1"'))
    expect(readRunningStack(folder)).toBeNull()
  })

  it('can be read by its owner only', async () => {
    const folder = await freshFolder()
    writeRunningStack(folder, addresses)
    expect((await stat(join(folder, 'stack.json'))).mode & 0o777).toBe(0o600)
  })
})
