// What is being done, on standard error: one line that renews itself on a terminal, plain lines elsewhere.

/** Tells a person what takes time. */
export interface Progress {
  /** Begins a task; `detail` of it may change; `done` ends it and says so. */
  begin: (what: string) => Task
  /** Prints a line of its own, without disturbing what is shown. */
  line: (text: string) => void
  /** Takes everything away that is not a finished line. */
  end: () => void
}

export interface Task {
  /** What is known by now, such as `12 of 46 jars`. */
  detail: (text: string) => void
  done: () => void
  /** Ends the task without a word: it failed, and the failure is told elsewhere. */
  drop: () => void
}

export interface Output {
  write: (text: string) => unknown
  isTTY?: boolean
  columns?: number
}

const renewEveryMs = 100
const plainEveryMs = 5000
const eraseLine = '\r\u001B[2K'

/** Progress on `output`. `now` gives milliseconds. */
export function createProgress(output: Output = process.stderr, now = () => performance.now()): Progress {
  const tasks = new Set<{ what: string; detail: string; since: number }>()
  const onTerminal = output.isTTY === true
  let timer: NodeJS.Timeout | undefined

  const seconds = (since: number) => `${((now() - since) / 1000).toFixed(1)} s`
  const describe = (task: { what: string; detail: string; since: number }) =>
    `${task.what}${task.detail === '' ? '' : `: ${task.detail}`}, ${seconds(task.since)}`
  const renew = () => {
    const texts = [...tasks].map(describe)
    if (onTerminal) output.write(eraseLine + texts.join(' · ').slice(0, (output.columns ?? 80) - 1))
    else for (const text of texts) output.write(`${text}\n`)
  }
  const end = () => {
    clearInterval(timer)
    timer = undefined
    if (onTerminal) output.write(eraseLine)
  }
  const line = (text: string) => {
    output.write(`${onTerminal && tasks.size > 0 ? eraseLine : ''}${text}\n`)
  }
  return {
    line,
    end,
    begin: (what) => {
      const task = { what, detail: '', since: now() }
      tasks.add(task)
      if (!onTerminal) line(what)
      timer ??= setInterval(renew, onTerminal ? renewEveryMs : plainEveryMs)
      timer.unref()
      const drop = () => {
        tasks.delete(task)
        if (tasks.size === 0) end()
      }
      return {
        detail: (text) => {
          task.detail = text
        },
        done: () => {
          line(`${describe(task)}: done`)
          drop()
        },
        drop,
      }
    },
  }
}

/** Says nothing. */
export const silent: Progress = {
  begin: () => ({ detail: () => undefined, done: () => undefined, drop: () => undefined }),
  line: () => undefined,
  end: () => undefined,
}
