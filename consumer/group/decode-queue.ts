// What is fetched and not decoded yet. kafkajs fetches again only when its handler has returned; so the handler leaves its
// batches here, and the next ones are on their way while these are decoded.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { bytesOfFetch } from './group-consumer.ts'

export interface DecodeQueue {
  /** Does work after all that was added before. What it throws is a fault of the program. */
  add: (bytes: number, work: () => Promise<void> | void) => void
  /** Resolves once no more waits than one fetch brings: it is decoded while the next one comes. */
  room: () => Promise<void>
}

/** @param onFault told when work fails; nothing more is done then */
export function createDecodeQueue(onFault: (error: unknown) => void): DecodeQueue {
  const waiting: { bytes: number; work: () => Promise<void> | void }[] = []
  let bytes = 0
  let isWorking = false
  let onRoom: (() => void)[] = []

  const workOff = async () => {
    isWorking = true
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      // What kafkajs has to say to Kafka goes first.
      await nextTurn()
      await next.work()
      bytes -= next.bytes
      if (bytes > bytesOfFetch) continue
      for (const tell of onRoom) tell()
      onRoom = []
    }
    isWorking = false
  }
  return {
    add: (more, work) => {
      bytes += more
      waiting.push({ bytes: more, work })
      if (!isWorking) workOff().catch(onFault)
    },
    room: () => {
      if (bytes <= bytesOfFetch) return Promise.resolve()
      return new Promise((resolve) => onRoom.push(resolve))
    },
  }
}
