// Runs Tallyline's own audit against the stack of the run, as a user would.
import { embeddedUsers } from '../../local/clickhouse-server.ts'
import { nodeCommand } from '../../local/node-command.ts'
import { runHeld } from '../../local/run-held.ts'
import type { FaultStack } from '../stack/fault-stack.ts'

export interface AuditCheck {
  balances: boolean
  /** The line it ends with. */
  verdict: string
  /** All that it said. */
  said: string[]
}

export async function runAudit(stack: FaultStack): Promise<AuditCheck> {
  const user = { CLICKHOUSE_USER: embeddedUsers.writer, CLICKHOUSE_PASSWORD: '' }
  const env = { ...process.env, ...stack.env, ...user }
  const said: string[] = []
  const code = await runHeld(nodeCommand('cli/audit/main.ts'), { env }, (line) => said.push(line))
  return { balances: code === 0, verdict: said.findLast((line) => line.trim() !== '') ?? '', said }
}
