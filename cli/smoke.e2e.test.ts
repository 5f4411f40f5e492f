import { describe, expect, it } from 'vitest'
import { startPipeline } from '../test/support/pipeline.ts'
import { runToEnd } from '../test/support/process.ts'

const portOf = (url: string) => new URL(url).port

describe('npm run smoke (contract section 1)', () => {
  it('sends an event, sees it counted, and ends with code 0', async () => {
    const { ingestUrl, reportingUrl } = await startPipeline()
    const ports = {
      INGEST_PORT: portOf(ingestUrl),
      REPORTING_PORT: portOf(reportingUrl),
      DATA_DIR: '/nowhere',
    }
    const { code, output } = await runToEnd('cli/smoke.ts', ports)
    expect(output).toMatch(/^ok: an event sent to .* was counted by .* after \d+ ms/)
    expect(code).toBe(0)
  })

  it('says what is missing where no stack runs, and ends with code 1', async () => {
    const { code, output } = await runToEnd('cli/smoke.ts', { INGEST_PORT: '1', DATA_DIR: '/nowhere' })
    expect(output).toMatch(/^not ok: .* cannot be reached .*start the stack first/)
    expect(code).toBe(1)
  })
})
