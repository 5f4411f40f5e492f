// The machine that the figures come from, and the places on it where processes may be pinned.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { dataFolder } from './stack/data-folder.ts'

export interface Machine {
  cores: number
  cpu: string
  memoryGiB: number
  system: string
  /** Whether the service under test and its load had cores of their own. */
  pinned: boolean
  /** Whether the data of Kafka and ClickHouse lay in memory. */
  inMemory: boolean
}

/** Where a process may run: the first core is for the service under test, the others for its load. */
export type Place = 'anywhere' | 'service' | 'load'

const cores = availableParallelism()
const canPin = cores > 1 && hasTaskset()

export async function describeMachine(): Promise<Machine> {
  const { isMemory } = await dataFolder()
  return {
    cores,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    pinned: canPin,
    inMemory: isMemory,
  }
}

/** The words that begin a command so that it runs at `place`. */
export function pinned(place: Place): string[] {
  if (!canPin || place === 'anywhere') return []
  return ['taskset', '-c', place === 'service' ? '0' : `1-${cores - 1}`]
}

const packages = ['kafkajs', 'express', 'zod', '@clickhouse/client']

/** The versions of Node and of the packages that the figures depend on. */
export async function packageVersions(): Promise<Record<string, string>> {
  const versions = packages.map(async (name) => [name, await installedVersion(name)] as const)
  return { node: process.versions.node, ...Object.fromEntries(await Promise.all(versions)) }
}

async function installedVersion(name: string): Promise<string> {
  const file = join(import.meta.dirname, '..', 'node_modules', name, 'package.json')
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
