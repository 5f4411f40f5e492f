// Cuts a log into lines, in memory that no line can outgrow.
import { longestLine } from './access-log-line.ts'
import type { OpenLog } from './open-log.ts'

/**
 * Gives the lines of each chunk, as Latin-1 and without their line breaks. A line longer than `longestLine`
 * comes out cut to one character more than that, which says so. A line torn by damage is left out.
 */
export async function* splitLines(log: Pick<OpenLog, 'chunks' | 'damage'>): AsyncGenerator<string[]> {
  let rest = ''
  for await (const chunk of log.chunks) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = (lines.pop() ?? '').slice(0, longestLine + 1)
    yield lines.map(withoutReturn)
  }
  if (rest !== '' && log.damage() === null) yield [withoutReturn(rest)]
}

function withoutReturn(line: string): string {
  const whole = line.endsWith('\r') ? line.slice(0, -1) : line
  return whole.slice(0, longestLine + 1)
}
