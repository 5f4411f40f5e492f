// Finds Java and Maven, which the embedded Kafka needs.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { alternatives, LaunchError } from './launch-error.ts'

const run = promisify(execFile)

const leastVersion = 17
const install =
  'Debian/Ubuntu: `sudo apt-get install openjdk-17-jre-headless maven`; macOS: `brew install openjdk@17 maven`'

export interface Java {
  command: string
  /** What it says of itself: another text is another Java. */
  build: string
}

/**
 * The Java to use: that of JAVA_HOME, else that of the path.
 * @throws LaunchError when there is none, or one before version 17
 */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java> {
  const home = env['JAVA_HOME']
  const command = home ? join(home, 'bin', 'java') : 'java'
  const build = await run(command, ['-version'], { env }).then(
    ({ stdout, stderr }) => stderr + stdout,
    () => '',
  )
  const version = /version "(?:1\.)?(\d+)/.exec(build)?.[1]
  if (version === undefined) {
    const where = home ? `JAVA_HOME (${home}) has none` : 'none was found'
    throw new LaunchError(
      `Kafka needs Java ${leastVersion} or later, and ${where}: install it (${install}), ${alternatives.kafka}.`,
    )
  }
  if (Number(version) < leastVersion) {
    throw new LaunchError(
      `Kafka needs Java ${leastVersion} or later, and Java ${version} was found: install a later one (${install}), ${alternatives.kafka}.`,
    )
  }
  return { command, build }
}

/** @throws LaunchError when Maven is not there */
export async function requireMaven(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run('mvn', ['--version'], { env })
  } catch {
    throw new LaunchError(
      `Kafka is fetched with Maven once, and Maven was not found: install it (${install}), ${alternatives.kafka}.`,
    )
  }
}
