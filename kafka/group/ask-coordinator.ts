// Questions to the coordinator of a group, whichever broker that is at the moment.
import kafkajs, { type KafkaJSProtocolError } from 'kafkajs'
import { within } from '../../runtime/retry.ts'
import type { Cluster, Coordinator } from '../cluster.ts'

export interface AskCoordinator {
  /**
   * Asks, and waits so many milliseconds for the answer, however long it takes to find whom to ask. Without an answer the
   * connections are given up, and the next question goes out over others.
   * @throws what the coordinator answers, see `isAnswer` and `typeOf`, or that it does not
   */
  ask: <T>(ms: number, question: (coordinator: Coordinator, cluster: Cluster) => Promise<T>) => Promise<T>
  /** Gives the connections up: the next question goes out over others. */
  reconnect: () => void
  /** Closes the connections. Does not wait for answers that are still to come. */
  close: () => void
}

/** Answers of a coordinator that is none any more, or not yet. */
export const movesOn = new Set(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE'])

const noAnswer = 'the coordinator of the group does not answer'

interface Connected {
  cluster: Cluster
  /** Null until it is found. */
  coordinator: Coordinator | null
  /** Nothing is asked any more: nobody waits for the answer. */
  isGivenUp: boolean
}

/** @param open makes connections of their own to the cluster */
export function createAskCoordinator(open: () => Cluster, groupId: string, topic: string): AskCoordinator {
  let present: Connected | null = null
  let isClosed = false

  const find = async (cluster: Cluster) => {
    await cluster.connect()
    await cluster.addTargetTopic(topic)
    return cluster.findGroupCoordinator({ groupId })
  }
  const disconnect = ({ cluster }: Connected) => cluster.disconnect().catch(() => undefined)
  const giveUp = (connected: Connected | null) => {
    if (present === connected) present = null
    if (!connected) return
    connected.isGivenUp = true
    // A connection that is silent is closed only once kafkajs waits no longer for what was asked over it.
    void disconnect(connected)
  }
  return {
    ask: async (ms, question) => {
      if (isClosed) throw new Error('the connections to the coordinator of the group are closed')
      const asked = (present ??= { cluster: open(), coordinator: null, isGivenUp: false })
      const answer = async () => {
        asked.coordinator ??= await find(asked.cluster)
        if (asked.isGivenUp) {
          // kafkajs connects anew while it looks for the coordinator.
          void disconnect(asked)
          throw new Error(noAnswer)
        }
        return question(asked.coordinator, asked.cluster)
      }
      try {
        return await within(ms, noAnswer, answer())
      } catch (error) {
        if (!isAnswer(error)) giveUp(asked)
        else if (movesOn.has(typeOf(error))) asked.coordinator = null
        throw error
      }
    },
    reconnect: () => giveUp(present),
    close: () => {
      isClosed = true
      giveUp(present)
    },
  }
}

export function isAnswer(error: unknown): error is KafkaJSProtocolError {
  return error instanceof kafkajs.KafkaJSProtocolError
}

/** Kafka's name of an answer that is an error; empty for any other error. */
export function typeOf(error: unknown): string {
  return isAnswer(error) ? error.type : ''
}
