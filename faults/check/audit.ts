// Runs Tallyline's own audit against the stack of the run.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { nodeCommand } from '../../local/node-command.ts'
import { runHeld } from '../../local/run-held.ts'
import { embeddedUsers } from '../../local/clickhouse-server.ts'
import type { FaultStack } from '../stack/fault-stack.ts'

export interface AuditCheck {
  /** Null where this Tallyline has no audit. */
  balances: boolean | null
  said: string[]
}

const root = join(import.meta.dirname, '../..')
const program = 'cli/audit/main.ts'

export async function runAudit(stack: FaultStack): Promise<AuditCheck> {
  if (!existsSync(join(root, program))) return { balances: null, said: [] }
  const env = { ...process.env, ...stack.env, CLICKHOUSE_USER: embeddedUsers.reader, CLICKHOUSE_PASSWORD: '' }
  const said: string[] = []
  const code = await runHeld(nodeCommand(program), { env }, (line) => said.push(line))
  return { balances: code === 0, said }
}
