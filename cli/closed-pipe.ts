// What a command does when nobody reads its output any more, as behind `| head`.

/** The exit code that shells tell of a program that SIGPIPE ended; Node ignores that signal. */
const endedByPipe = 141

/** Ends the process without a word once its output is closed. */
export function endOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(endedByPipe)
  })
}
