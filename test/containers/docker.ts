// The Docker engine of this machine, and the compose command that goes with it.
import { spawn, spawnSync } from 'node:child_process'

const answersWithinMs = 10_000
const outputKept = 20_000

/** Whether a Docker engine answers. */
export const dockerAnswers = succeeds(['docker', 'version', '--format', '{{.Server.Version}}'])

/** Compose as Docker's own plugin, else as a program of its own; null where there is neither, or no engine. */
export const composeCommand = dockerAnswers
  ? ([['docker', 'compose'], ['docker-compose']].find((command) => succeeds([...command, 'version'])) ?? null)
  : null

/** How a program ended, and the last of what it wrote. */
export interface Ending {
  code: number | null
  output: string
}

/** Runs a program to its end. */
export function runToEnd(
  command: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ending> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputKept)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** Runs a program to its end and gives what it wrote. Rejects, with that, where it did not succeed. */
export async function run(
  command: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<string> {
  const { code, output } = await runToEnd(command, options)
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code ?? 'a signal'}:\n${output}`)
  return output
}

function succeeds(command: string[]): boolean {
  const [program = '', ...args] = command
  return spawnSync(program, args, { stdio: 'ignore', timeout: answersWithinMs }).status === 0
}
