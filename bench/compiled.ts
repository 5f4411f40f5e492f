// The programs of the bench as production runs them, all contenders alike: compiled, without the loader that `npm start` uses.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Progress } from '../local/progress.ts'

const root = join(import.meta.dirname, '..')
const outDir = join(root, '.data/bench')
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')

/** @throws Error with what the compiler says */
export async function compilePrograms(progress: Progress): Promise<void> {
  const task = progress.begin('compiling')
  try {
    const child = spawn(process.execPath, [compiler, '-p', join(root, 'bench/tsconfig.json')])
    const said: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0)
      throw new Error(`The programs of the bench cannot be compiled:\n${Buffer.concat(said).toString()}`)
    task.done()
  } finally {
    task.drop()
  }
}

/** The command that runs `program`, a path below the project's root such as `ingest/main.ts`, once it is compiled. */
export function compiledCommand(program: string): string[] {
  return [process.execPath, join(outDir, program.replace(/\.ts$/, '.js'))]
}
