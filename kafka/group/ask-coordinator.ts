// Questions to the coordinator of a group, whichever broker that is at the moment.
import kafkajs, { type KafkaJSProtocolError } from 'kafkajs'
import { within } from '../../runtime/retry.ts'
import type { Cluster, Coordinator } from '../cluster.ts'

/**
 * Asks, and waits so many milliseconds for the answer. Where that fails, the next question goes out over another connection,
 * perhaps to another broker.
 * @throws what the coordinator answers, see `isAnswer` and `typeOf`, or that it does not
 */
export type AskCoordinator = <T>(ms: number, question: (coordinator: Coordinator) => Promise<T>) => Promise<T>

/** Answers of a coordinator that is none any more, or not yet. */
export const movesOn = new Set(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE'])

export function createAskCoordinator(cluster: Cluster, groupId: string, topic: string): AskCoordinator {
  let isConnected = false
  let coordinator: Coordinator | null = null

  const find = async () => {
    if (!isConnected) await cluster.connect()
    isConnected = true
    await cluster.addTargetTopic(topic)
    return cluster.findGroupCoordinator({ groupId })
  }
  return async (ms, question) => {
    coordinator ??= await find()
    const asked = coordinator
    try {
      return await within(ms, 'the coordinator of the group does not answer', question(asked))
    } catch (error) {
      if (isAnswer(error) && !movesOn.has(typeOf(error))) throw error
      coordinator = null
      await asked.disconnect().catch(() => undefined)
      throw error
    }
  }
}

export function isAnswer(error: unknown): error is KafkaJSProtocolError {
  return error instanceof kafkajs.KafkaJSProtocolError
}

/** Kafka's name of an answer that is an error; empty for any other error. */
export function typeOf(error: unknown): string {
  return isAnswer(error) ? error.type : ''
}
