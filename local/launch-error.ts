// What keeps the stack from starting, as a sentence for the person who started it.
import { resolve } from 'node:path'

/** A start that cannot succeed. The message is one plain sentence that says what to do. */
export class LaunchError extends Error {
  override name = 'LaunchError'
}

/** The ways on for someone who cannot run Kafka or ClickHouse out of packages. */
export const alternatives = {
  kafka: 'or set KAFKA_BROKERS to a Kafka of your own, or run `docker compose up --build`',
  clickhouse: 'or set CLICKHOUSE_URL to a ClickHouse of your own, or run `docker compose up --build`',
}

/** Turns the operating system's refusals that a person can act on into sentences; others stay as they are. */
export function explained(error: unknown, dataDir: string): Error {
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return new LaunchError(diskFull(dataDir))
  if (path === undefined || !isOnTheWay(resolve(path), resolve(dataDir))) return error as Error
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return new LaunchError(notWritable(dataDir))
  if (code === 'ENOENT') {
    return new LaunchError(`DATA_DIR (${dataDir}) cannot be made: set DATA_DIR to another place.`)
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new LaunchError(`DATA_DIR (${dataDir}) is not a folder: set DATA_DIR to another place.`)
  }
  return error as Error
}

/** Whether it lies in the folder, or the folder in it. */
function isOnTheWay(path: string, folder: string): boolean {
  return path.startsWith(folder) || folder.startsWith(path)
}

/** @param freeBytes what is left, where that is known */
export function diskFull(folder: string, freeBytes?: number): string {
  const left = freeBytes === undefined ? '' : ` (${Math.floor(freeBytes / 1e6)} MB are left)`
  return `The disk that holds ${folder} is full${left}: free some space, or set DATA_DIR to another place.`
}

function notWritable(dataDir: string): string {
  return `DATA_DIR (${dataDir}) cannot be written to: change its owner, or set DATA_DIR to another place.`
}
