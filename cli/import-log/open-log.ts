// Opens a log: a file or standard input, plain or gzip, told apart by its first bytes.
import { fstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

export interface OpenLog {
  /** How to call it in a sentence. */
  name: string
  /** The log's own bytes, unpacked. They end where the log cannot be read any further. */
  chunks: AsyncIterable<Buffer>
  /** What `bytesRead` will come to; null where that is not known. */
  size: number | null
  /** Bytes read so far, packed ones of a packed log. */
  bytesRead: () => number
  /** A sentence on why the log ended early, once it did. */
  damage: () => string | null
}

/** The log cannot be opened; the message is a sentence for whoever named it. */
export class LogError extends Error {
  override name = 'LogError'
}

const standardInput = 0

/**
 * Opens the file `path`, or `stdin` for `-`.
 * @throws LogError where there is no such file, or none that may be read
 */
export async function openLog(path: string, stdin: Readable): Promise<OpenLog> {
  if (path === '-') {
    const info = fstatSync(standardInput)
    return readLog('standard input', stdin, info.isFile() ? info.size : null)
  }
  try {
    const file = await open(path)
    const info = await file.stat()
    if (info.isDirectory()) await file.close()
    else return readLog(path, file.createReadStream(), info.isFile() ? info.size : null)
  } catch (error) {
    throw new LogError(sentence(path, error), { cause: error })
  }
  throw new LogError(`${path} is a directory: name a log in it`)
}

/** Reads a log of `size` bytes from `source`. */
export function readLog(name: string, source: AsyncIterable<Buffer>, size: number | null): OpenLog {
  let read = 0
  let damage: string | null = null

  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      read += chunk.length
      yield chunk
    }
  }

  async function* untilDamage(): AsyncGenerator<Buffer> {
    try {
      yield* unpacked(counted())
    } catch (error) {
      damage = sentence(name, error)
    }
  }

  return { name, chunks: untilDamage(), size: size || null, bytesRead: () => read, damage: () => damage }
}

async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < 2) {
    const next = await chunks.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const whole = startingWith(head, chunks)
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole
    return
  }
  const gunzip = createGunzip()
  pipeline(whole, gunzip, () => undefined)
  yield* gunzip as AsyncIterable<Buffer>
}

async function* startingWith(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}

function sentence(name: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return `${name} does not exist`
  if (code === 'EACCES' || code === 'EPERM') return `${name} may not be read by this user`
  if (code === 'Z_BUF_ERROR') return `${name} breaks off in the middle of its gzip data`
  if (code === 'Z_DATA_ERROR') return `${name} is damaged gzip (${message})`
  return `${name} cannot be read (${message})`
}
