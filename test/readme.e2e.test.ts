// What README.md shows is what happens: its curl lines give its answers, its queries run.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { rowsOf } from './support/fresh.ts'
import { startPipeline, type Pipeline } from './support/pipeline.ts'

const run = promisify(execFile)
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
const shown = [...readme.matchAll(/```sh\n(curl[^`]*)```\n```json\n([^`]*)```/g)].map(
  ([, command = '', answer = '']) => ({
    command,
    answer: JSON.parse(answer) as unknown,
  }),
)
const queries = [...readme.matchAll(/```sql\n([^`]*)```/g)].flatMap(([, block = '']) =>
  block.split(';').filter((sql) => sql.trim()),
)

/** The text of an answer, without the moment it was given at. */
function comparable(answer: unknown): string {
  return JSON.stringify(answer).replace(/"complete_until":"[^"]+Z"/, '"complete_until":"…Z"')
}

/** Runs a line of the README against these services, again and again until the answer is the one it shows. */
async function paste(command: string, answer: unknown, { ingestUrl, reportingUrl }: Pipeline): Promise<void> {
  const here = command
    .replaceAll('http://127.0.0.1:3000', ingestUrl)
    .replaceAll('http://127.0.0.1:3001', reportingUrl)
  const isQuestion = !/ -d | --data/.test(here)
  const deadline = Date.now() + 20_000
  for (;;) {
    const { stdout } = await run('sh', ['-c', here])
    const given = comparable(JSON.parse(stdout))
    if (!isQuestion || Date.now() > deadline || given === comparable(answer)) {
      expect(given).toBe(comparable(answer))
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('README.md', () => {
  it('shows curl lines that give the answers it shows, and queries that run', async () => {
    const pipeline = await startPipeline()
    expect(shown.length).toBeGreaterThanOrEqual(4)
    for (const { command, answer } of shown) await paste(command, answer, pipeline)
    expect(queries).toHaveLength(3)
    const [days, plans, dead] = await Promise.all(queries.map((sql) => rowsOf(pipeline.clickhouse, sql)))
    expect(days?.length).toBeGreaterThan(0)
    expect(plans).toContainEqual({ plan: 'pro', event_type: 'signup', events: 1, users: 1 })
    expect(dead).toEqual([])
  })
})
