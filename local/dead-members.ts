// Takes consumers that were killed out of their group, so that the next one need not wait until Kafka misses them.
import { createKafka, withAdmin } from '../kafka/client.ts'
import type { Logger } from '../runtime/logger.ts'
import { askKafka, kafkaString } from './kafka-request.ts'
import { untilItWorks } from './supervise.ts'

const leaveGroup = 13

/** A broker that was killed reads its groups again first; after this long their consumers wait as they always do. */
const withinMs = 5000

/**
 * Removes every member of the group. Only for a broker whose consumers are known to be dead: a living one would
 * have to join again.
 * @param broker on this machine and alone in its cluster
 */
export async function removeDeadMembers(
  broker: { address: string; port: number },
  groupId: string,
  log: Logger,
): Promise<void> {
  try {
    const members = await membersOf(broker.address, groupId, log)
    for (const member of members) {
      const body = Buffer.concat([kafkaString(groupId), kafkaString(member)])
      await askKafka(broker.port, { api: leaveGroup, version: 0, body })
    }
    log.info({ groupId, members }, 'consumers that were killed are out of their group')
  } catch (error) {
    log.warn(
      { err: error, groupId },
      'consumers that were killed stay in their group until kafka misses them',
    )
  }
}

async function membersOf(address: string, groupId: string, log: Logger): Promise<string[]> {
  const kafka = createKafka({ brokers: [address], tls: null, sasl: null }, 'launcher', log)
  let members: string[] = []
  await withAdmin(kafka, (admin) =>
    untilItWorks(async () => {
      const { groups } = await admin.describeGroups([groupId])
      members = groups.flatMap((group) => group.members).map(({ memberId }) => memberId)
    }, AbortSignal.timeout(withinMs)),
  )
  return members
}
