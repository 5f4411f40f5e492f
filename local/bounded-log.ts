// A log file that cannot fill the disk: two files of a given size, the older one is dropped.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface BoundedLog {
  write: (chunk: Buffer) => void
  /** The last few kilobytes written since the log was opened. */
  tail: () => string
}

const tailLength = 16_384

/** Appends to `file`; beyond `maxBytes` the file becomes `file`.1, whose former content is dropped. */
export function openBoundedLog(file: string, maxBytes: number): BoundedLog {
  mkdirSync(dirname(file), { recursive: true })
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  let recent = ''

  const append = (chunk: Buffer) => {
    if (size + chunk.length > maxBytes) {
      renameSync(file, `${file}.1`)
      size = 0
    }
    appendFileSync(file, chunk)
    size += chunk.length
  }
  return {
    write: (chunk) => {
      recent = (recent + chunk.toString('utf8')).slice(-tailLength)
      try {
        append(chunk)
      } catch {
        // A log that cannot be written (disk full) must not end what it tells of.
      }
    },
    tail: () => recent,
  }
}
