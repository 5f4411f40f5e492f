// Tells a process from a later one that was given the same number.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** When process `pid` started, as a text that no other process of that number has; null where it does not live. */
export function processStart(pid: number): string | null {
  return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold spaces; state is the third, start the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return isDead(fields[0]) ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

function fromPs(pid: number): string | null {
  try {
    const said = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const [state, ...start] = said.split(/\s+/)
    return isDead(state?.[0]) ? null : start.join(' ')
  } catch {
    return null
  }
}

/** A process that ended and was not yet waited for. */
function isDead(state: string | undefined): boolean {
  return state === undefined || state === 'Z' || state === 'X'
}
