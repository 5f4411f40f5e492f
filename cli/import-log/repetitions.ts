// Says of each line how many times the same line stood above it in the file: exactly, for any file, in memory
// that does not grow with it.
//
// Lines come in blocks. The fingerprints of every block are written to a temporary file as one run, 8 bytes a
// line, and a run is read back for a block only where their times overlap: equal lines have equal times. In a
// log written in order that is the run before; in a file without any order it is every run, which is slower
// and just as exact. The temporary file has no name once it is open, so nothing is left behind.
//
// A fingerprint is 53 bits of SHA-256. Should two lines of overlapping runs ever share one, the later gets a
// higher number than it has: its event still has an id of its own, and the same in every run of the file.
import { hash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A line as it stands in the file, and its time in epoch milliseconds. */
export interface TimedLine {
  text: string
  time: number
}

export interface Repetitions {
  /** For each line of the next block, the number of lines like it above it in the file. */
  next: (block: TimedLine[]) => number[]
  close: () => void
}

/** What one block left behind: where its fingerprints stand and which times it covers. */
interface Run {
  offset: number
  lines: number
  first: number
  last: number
}

/** Opens the temporary file in `directory`; with another `fingerprint` lines can be made to share one. */
export function createRepetitions({ directory = tmpdir(), fingerprint = fingerprintOf } = {}): Repetitions {
  const file = openNameless(directory)
  const runs: Run[] = []
  let end = 0

  function next(block: TimedLine[]): number[] {
    if (block.length === 0) return []
    const keys = Float64Array.from(block, (line) => fingerprint(line.text))
    const times = block.map((line) => line.time)
    const run = { offset: end, lines: keys.length, first: least(times), last: greatest(times) }
    const above = new Map<number, number>()
    for (const key of keys) above.set(key, 0)
    for (const earlier of runs) {
      if (earlier.last >= run.first && earlier.first <= run.last) count(read(file, earlier), above)
    }
    writeSync(file, keys, 0, keys.byteLength, end)
    end += keys.byteLength
    runs.push(run)
    return Array.from(keys, (key) => {
      const number = above.get(key) ?? 0
      above.set(key, number + 1)
      return number
    })
  }

  return { next, close: () => closeSync(file) }
}

function fingerprintOf(line: string): number {
  const digest = hash('sha256', line, 'buffer')
  return digest.readUIntBE(0, 6) * 32 + (digest.readUInt8(6) >> 3)
}

function count(keys: Float64Array, above: Map<number, number>): void {
  for (const key of keys) {
    const number = above.get(key)
    if (number !== undefined) above.set(key, number + 1)
  }
}

function read(file: number, { offset, lines }: Run): Float64Array {
  const keys = new Float64Array(lines)
  readSync(file, keys, 0, keys.byteLength, offset)
  return keys
}

function openNameless(parent: string): number {
  const directory = mkdtempSync(join(parent, 'tallyline-import-'))
  const file = openSync(join(directory, 'runs'), 'wx+')
  rmSync(directory, { recursive: true })
  return file
}

function least(values: number[]): number {
  return values.reduce((one, other) => Math.min(one, other))
}

function greatest(values: number[]): number {
  return values.reduce((one, other) => Math.max(one, other))
}
