// The integration tests of the rooms that speak to Kafka and ClickHouse once more, against both as their own images run them.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root } from './compose-file.ts'
import { dockerAnswers, runToEnd } from './docker.ts'
import { startKafkaAndClickHouse } from './kafka-and-clickhouse.ts'

interface Report {
  numPassedTests: number
  testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[]
}

/** All others speak to them through these. */
const rooms = ['kafka', 'clickhouse']

describe.skipIf(!dockerAnswers)('integration tests in containers (needs a Docker engine)', () => {
  it('pass, every one, against the images that docker-compose.yml names', { timeout: 600_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallyline-containers-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const stack = await startKafkaAndClickHouse()
    onTestFinished(stack.stop)
    const file = join(folder, 'report.json')
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const files = await integrationTestFiles()
    const { code, output } = await runToEnd(
      [process.execPath, vitest, 'run', '--project', 'integration', ...reporters, ...files],
      { cwd: root, env: { ...withoutVitest(process.env), ...stack.variables } },
    )
    expect(code, output).toBe(0)
    const report = JSON.parse(await readFile(file, 'utf8')) as Report
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    const notPassed = results.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName)
    expect(notPassed).toEqual([])
    expect(report.testResults.map(({ name }) => name).sort()).toEqual(files)
    expect(report.numPassedTests).toBeGreaterThanOrEqual(report.testResults.length)
  })
})

async function integrationTestFiles(): Promise<string[]> {
  const found = await Promise.all(
    rooms.map(async (room) => {
      const names = await readdir(join(root, room), { recursive: true })
      return names
        .filter((name) => name.endsWith('.integration.test.ts'))
        .map((name) => join(root, room, name))
    }),
  )
  return found.flat().sort()
}

/** The environment without what this run of vitest tells its own workers. */
function withoutVitest(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST$)/.test(name)))
}
