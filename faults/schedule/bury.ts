// Takes consumers that were killed out of their group, so that the others need not wait until Kafka misses them.
import { removeDeadMembers } from '../../local/dead-members.ts'
import { createLogger } from '../../runtime/logger.ts'
import { group, type FaultStack } from '../stack/fault-stack.ts'

/** Everybody must join again, the living too. Nothing happens where Kafka does not answer. */
export async function buryMembers({ kafka }: FaultStack): Promise<void> {
  await removeDeadMembers(kafka, group, createLogger('faults', 'silent'))
}
