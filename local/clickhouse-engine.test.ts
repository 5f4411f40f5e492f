// Where the embedded ClickHouse can run.
import { describe, expect, it } from 'vitest'
import { requireEngine } from './clickhouse-engine.ts'

describe('the embedded ClickHouse', () => {
  it('runs on Linux with glibc and on macOS', async () => {
    await requireEngine({ os: 'linux', cpu: 'x64', glibc: '2.36' })
    await requireEngine({ os: 'darwin', cpu: 'arm64', glibc: undefined })
  })

  it.each([
    [{ os: 'linux', cpu: 'x64', glibc: undefined }, 'not on Linux without glibc (x64)'],
    [{ os: 'win32', cpu: 'x64', glibc: undefined }, 'not on Windows (x64)'],
    [{ os: 'linux', cpu: 's390x', glibc: '2.36' }, 'not on linux (s390x)'],
  ])('is refused in one sentence on %o', async (platform, part) => {
    await expect(requireEngine(platform)).rejects.toThrow(part)
  })
})
