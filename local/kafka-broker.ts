// A real Kafka from its jars: one node, its data in a folder, kept alive until it is stopped.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { openBoundedLog } from './bounded-log.ts'
import { classArchive, noArchive, type ClassArchive } from './class-archive.ts'
import type { EmbeddedOptions } from './embedded.ts'
import { freePort, isPortFree, wishedOrFreePort } from './free-port.ts'
import { findJava, type Java } from './java.ts'
import { kafkaJars } from './kafka-jars.ts'
import { kafkaProperties, type ProxiedListener } from './kafka-properties.ts'
import { apiVersions, askKafka } from './kafka-request.ts'
import { diskFull, LaunchError } from './launch-error.ts'
import { silent } from './progress.ts'
import { runHeld } from './run-held.ts'
import { spawnHeld } from './spawn-held.ts'
import { DiedAtStart, supervise, untilItWorks, type Supervised } from './supervise.ts'

export interface KafkaBroker extends Supervised {
  port: number
  /** host:port */
  address: string
}

export interface KafkaOptions extends EmbeddedOptions {
  /** Further ports, for clients that go through a proxy. */
  proxied?: readonly ProxiedListener[]
}

/** A broker that closes a large log takes a while, and Java that writes its archive of classes on a busy machine. */
const stopWithinMs = 30_000
const portRaces = 3
const logBytes = 5_000_000

const javaOptions = [
  '-Xms256m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
]

/**
 * Starts Kafka and resolves when it answers. It is started again, on the same port, whenever it ends.
 * @throws LaunchError with a sentence for the person who started it
 */
export async function startKafkaBroker(options: KafkaOptions): Promise<KafkaBroker> {
  const { env = process.env, progress = silent, signal, cacheDir = join(options.dataDir, 'cache') } = options
  const home = resolve(options.dataDir, 'kafka')
  const java = await findJava(env)
  const jars = await kafkaJars({ cacheDir, env, progress, signal })
  await mkdir(home, { recursive: true })
  const task = progress.begin('starting Kafka')
  try {
    const node = { ...options, env, home, ...javaOf(java, home, jars) }
    await format(node)
    const broker = await startOnFreePort(node)
    task.done()
    return broker
  } finally {
    task.drop()
  }
}

/** A node as it is started: in `home`, by Java with the jars on its class path. */
interface KafkaNode extends KafkaOptions {
  env: NodeJS.ProcessEnv
  home: string
  java: string
  classPath: string
  archive: ClassArchive
}

/** A path that Java may misread in some locale is told as a relative one, which no archive of classes fits. */
function javaOf(java: Java, home: string, jars: string): Pick<KafkaNode, 'java' | 'classPath' | 'archive'> {
  const isPlain = /^[\w./@+-]+$/.test(jars)
  return {
    java: java.command,
    classPath: join(isPlain ? jars : relative(home, jars), '*'),
    archive: isPlain ? classArchive(jars, java) : noArchive,
  }
}

/** Gives an empty folder the identity that Kafka wants to find there. */
async function format({ home, java, classPath, env, signal }: KafkaNode): Promise<void> {
  if (existsSync(join(home, 'log', 'meta.properties'))) return
  await writeFile(join(home, 'server.properties'), kafkaProperties(1, 2))
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const tool = ['kafka.tools.StorageTool', 'format', '--ignore-formatted']
  const said: string[] = []
  const code = await runHeld(
    [java, '-XX:TieredStopAtLevel=1', '-cp', classPath, ...tool, '-t', clusterId, '-c', 'server.properties'],
    { cwd: home, env, signal },
    (line) => said.push(line),
  )
  if (code !== 0) throw failure(home, said.join('\n'))
}

async function startOnFreePort(node: KafkaNode): Promise<KafkaBroker> {
  let port = await wishedOrFreePort(node.port)
  for (let race = 1; ; race++) {
    const broker = openBoundedLog(join(node.home, 'broker.log'), logBytes)
    try {
      return await startOn(port, node, broker.write)
    } catch (error) {
      if (!(error instanceof DiedAtStart)) throw error
      if (race === portRaces || (await isPortFree(port))) throw failure(node.home, broker.tail())
      port = await freePort()
    }
  }
}

async function startOn(port: number, node: KafkaNode, write: (chunk: Buffer) => void): Promise<KafkaBroker> {
  const { java, classPath, archive } = node
  const options = [...javaOptions, ...archive.options]
  const controllerPort = await freePort('127.0.0.1', [port])
  await writeFile(join(node.home, 'server.properties'), kafkaProperties(port, controllerPort, node.proxied))
  const supervised = await supervise({
    name: 'kafka',
    log: node.log,
    signal: node.signal,
    stopWithinMs,
    spawn: () => {
      const command = [java, ...options, '-cp', classPath, 'kafka.Kafka', 'server.properties']
      const child = spawnHeld(command, { cwd: node.home, env: node.env, output: 'pipe' })
      child.stdout?.on('data', write)
      child.stderr?.on('data', write)
      return child
    },
    ready: (_child, gone) => untilItWorks(() => askKafka(port, apiVersions), gone),
  })
  const stop = async () => {
    const inOrder = await supervised.stop()
    if (inOrder) await archive.keep()
    return inOrder
  }
  return { ...supervised, stop, port, address: `127.0.0.1:${port}` }
}

function failure(home: string, output: string): LaunchError {
  if (/No space left on device/i.test(output)) return new LaunchError(diskFull(home))
  const reason = output
    .trim()
    .split('\n')
    .findLast((line) => / (ERROR|FATAL) |Exception/.test(line))
  return new LaunchError(
    `Kafka did not start (${reason?.trim() ?? 'it gave no reason'}): see ${join(home, 'broker.log')}.`,
  )
}
