// Fetches Kafka's jars once, with Maven, into a folder that is complete or not there.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { processStart } from '../runtime/process-start.ts'
import { requireMaven } from './java.ts'
import { alternatives, diskFull, LaunchError } from './launch-error.ts'
import type { Progress } from './progress.ts'
import { runHeld } from './run-held.ts'

export const kafkaVersion = '4.3.0'

const pom = join(import.meta.dirname, 'kafka-pom.xml')
const partial = /^kafka-.*\.partial-(\d+)-/

export interface JarsOptions {
  cacheDir: string
  env: NodeJS.ProcessEnv
  progress: Progress
  /** Gives up the fetching. */
  signal?: AbortSignal | undefined
}

/**
 * The folder that holds Kafka's jars; fetches them where they are missing. Safe from several processes at once.
 * @throws LaunchError when Maven is missing or fails
 */
export async function kafkaJars(options: JarsOptions): Promise<string> {
  const { cacheDir, env, progress } = options
  const jars = resolve(cacheDir, `kafka-${kafkaVersion}`)
  await mkdir(cacheDir, { recursive: true })
  await removeLeftovers(cacheDir)
  if (existsSync(jars)) return realpath(jars)
  await requireMaven(env)
  const staging = `${jars}.partial-${process.pid}-${randomUUID()}`
  const task = progress.begin(`fetching Kafka ${kafkaVersion} with Maven (44 MB, once)`)
  try {
    await copyJars(staging, options, (files, bytes) =>
      task.detail(`${files} files, ${(bytes / 1e6).toFixed(0)} MB so far`),
    )
    await rename(staging, jars).catch((error: unknown) => {
      if (!existsSync(jars)) throw error
    })
    task.done()
  } finally {
    task.drop()
    await rm(staging, { recursive: true, force: true })
  }
  return realpath(jars)
}

/** Removes what processes that were killed left half done. */
async function removeLeftovers(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const pid = partial.exec(name)?.[1]
    if (pid !== undefined && processStart(Number(pid)) === null) {
      await rm(join(cacheDir, name), { recursive: true, force: true })
    }
  }
}

async function copyJars(
  folder: string,
  { cacheDir, env, signal }: JarsOptions,
  onFetched: (files: number, bytes: number) => void,
): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]
  let [files, bytes, output] = [0, 0, '']
  const code = await runHeld(['mvn', '-B', '-f', pom, ...goal], { env, signal }, (line) => {
    output = (output + line + '\n').slice(-65_536)
    const [, size, unit] = /Downloaded from .*\.jar \(([\d.]+) (B|kB|MB)/.exec(line) ?? []
    if (size === undefined) return
    files += 1
    bytes += Number(size) * (unit === 'MB' ? 1e6 : unit === 'kB' ? 1e3 : 1)
    onFetched(files, bytes)
  })
  if (code !== 0) throw new LaunchError(whyMavenFailed(output, cacheDir))
}

function whyMavenFailed(output: string, cacheDir: string): string {
  if (/No space left on device/i.test(output)) return diskFull(cacheDir)
  const said = /\[ERROR\] (.*)/.exec(output)?.[1] ?? 'it gave no reason'
  const reason = said.replace(/ -> \[Help.*/, '').slice(0, 400)
  return `Maven could not fetch Kafka ${kafkaVersion} (${reason}): check the network and Maven's settings and start again, ${alternatives.kafka}.`
}
