// Takes consumers that were killed out of their group, so that the next one need not wait until Kafka misses them.
import type { Admin, Kafka } from 'kafkajs'
import { withAdmin } from '../kafka/client.ts'
import type { Logger } from '../runtime/logger.ts'
import { askKafka, kafkaString } from './kafka-request.ts'
import { untilItWorks } from './supervise.ts'

const leaveGroup = 13

/** A broker that was killed reads its groups again first; after this long their consumers wait as they always do. */
const withinMs = 5000

/**
 * Removes every member of the group. Only for a broker whose consumers are known to be dead: a living one would
 * have to join again.
 * @param port of a broker on this machine that is alone in its cluster
 */
export async function removeDeadMembers(
  kafka: Kafka,
  port: number,
  groupId: string,
  log: Logger,
): Promise<void> {
  try {
    const members = await untilKnown(kafka, groupId)
    for (const member of members) {
      const body = Buffer.concat([kafkaString(groupId), kafkaString(member)])
      await askKafka(port, { api: leaveGroup, version: 0, body })
    }
    log.info({ groupId, members }, 'consumers that were killed are out of their group')
  } catch (error) {
    log.warn(
      { err: error, groupId },
      'consumers that were killed stay in their group until kafka misses them',
    )
  }
}

async function untilKnown(kafka: Kafka, groupId: string): Promise<string[]> {
  let members: string[] = []
  const read = async (admin: Admin) => {
    const { groups } = await admin.describeGroups([groupId])
    members = groups.flatMap((group) => group.members).map(({ memberId }) => memberId)
  }
  await withAdmin(kafka, (admin) => untilItWorks(() => read(admin), AbortSignal.timeout(withinMs)))
  return members
}
