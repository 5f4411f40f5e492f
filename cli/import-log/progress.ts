// How far an import has come: a bar on a terminal, a plain line now and then elsewhere.
import { SingleBar } from 'cli-progress'
import { count } from './summary.ts'
import type { Tally } from './tally.ts'

export interface Progress {
  /** Shows the state of things. Call it every `everyMs`. */
  show: () => void
  /** Notes why nothing moves at the moment; the next progress clears it. */
  note: (text: string) => void
  /** Leaves the terminal as it was. */
  end: () => void
  everyMs: number
}

export interface ProgressSource {
  tally: Tally
  /** Bytes read, and the bytes there are; null where that is not known. */
  bytesRead: () => number
  size: number | null
  /** Milliseconds since some fixed moment. */
  now: () => number
}

interface Output {
  isTTY?: boolean
  write: (text: string) => unknown
}

/** The fitting kind of progress for `output`. */
export function createProgress(source: ProgressSource, output: NodeJS.WritableStream & Output): Progress {
  return output.isTTY ? bar(source, output) : plainLines(source, output)
}

/** Plain lines: one at each call, and each new note at once. */
function plainLines(source: ProgressSource, output: Output): Progress {
  const speed = createSpeed(source)
  let noted = ''
  return {
    everyMs: 5000,
    show() {
      const { lines, accepted } = source.tally
      const part = source.size === null ? '' : `${percent(source)} %, `
      output.write(
        `${part}${count(lines)} lines read, ${count(accepted)} events accepted, ${count(speed())} a second\n`,
      )
      noted = ''
    },
    note(text) {
      if (text === '' || text === noted) return
      noted = text
      output.write(`${text}\n`)
    },
    end: () => undefined,
  }
}

function bar(source: ProgressSource, output: NodeJS.WritableStream): Progress {
  const speed = createSpeed(source)
  const format = source.size === null ? '{state}' : '{bar} {percentage} % · {eta_formatted} left · {state}'
  const single = new SingleBar({ format, stream: output, barsize: 16, hideCursor: true, gracefulExit: false })
  let note = ''
  const state = () => {
    const { lines, accepted } = source.tally
    return note || `${count(lines)} lines · ${count(accepted)} accepted · ${count(speed())}/s`
  }
  single.start(source.size ?? 0, 0, { state: state() })
  const show = () => single.update(Math.min(source.bytesRead(), source.size ?? 0), { state: state() })
  return {
    everyMs: 250,
    show,
    note: (text) => (note = text),
    end() {
      show()
      single.stop()
    },
  }
}

function percent({ size, bytesRead }: ProgressSource): number {
  return Math.min(100, Math.floor((bytesRead() / (size ?? 1)) * 100))
}

/** Events accepted a second since the call before. */
function createSpeed({ tally, now }: ProgressSource): () => number {
  let before = { accepted: tally.accepted, at: now() }
  return () => {
    const after = { accepted: tally.accepted, at: now() }
    const seconds = Math.max(after.at - before.at, 1) / 1000
    const speed = Math.round((after.accepted - before.accepted) / seconds)
    before = after
    return speed
  }
}
