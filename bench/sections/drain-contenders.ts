// Who drains a topic, how each is started, and when its clock begins.
import { startProcess } from '../bench-process.ts'
import { createKafkaEngine, dropKafkaEngine } from '../contenders/kafka-engine.ts'
import { tables } from '../contenders/services.ts'
import type { BenchStack } from '../stack/bench-stack.ts'

export const drainContenders = [
  'usual',
  'kafkaEngineSingles',
  'kafkaEnginePacked',
  'tallylinePacked',
  'tallylineSingles',
  'rawPosts',
  'rawPostsTwo',
] as const
export type DrainContender = (typeof drainContenders)[number]

/** `singles`: one event a record, as the usual ingest writes them; `packed`: as Tallyline's does. */
export type DrainTopics = Record<'singles' | 'packed', string>

export interface DrainPart {
  table: { name: string; site: string }
  start: (stack: BenchStack) => Promise<DrainConsumer>
}

interface DrainConsumer {
  /** Undefined where it is a part of ClickHouse. */
  pid: number | undefined
  /** Resolves when the clock is to begin. */
  begins: () => Promise<void>
  /** Rejects when it ends before it is stopped. */
  died: Promise<never>
  stop: () => Promise<void>
}

export function drainPart(contender: DrainContender, topics: DrainTopics, events: number): DrainPart {
  switch (contender) {
    case 'usual':
      return ofProgram('bench/contenders/usual-consumer.ts', topics.singles, tables.usual)
    case 'tallylinePacked':
      return ofProgram('consumer/main.ts', topics.packed, tables.tallyline)
    case 'tallylineSingles':
      return ofProgram('consumer/main.ts', topics.singles, tables.tallyline)
    case 'kafkaEngineSingles':
      return ofEngine(topics.singles)
    case 'kafkaEnginePacked':
      return ofEngine(topics.packed)
    case 'rawPosts':
      return ofPosts(topics.packed, events, 1)
    case 'rawPostsTwo':
      return ofPosts(topics.packed, events, 2)
  }
}

function ofProgram(program: string, topic: string, table: DrainPart['table']): DrainPart {
  return {
    table,
    start: async (stack) => {
      const group = stack.newGroup('drain')
      const own = { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: group, CONSUMER_PORT: '0' }
      const consumer = await startProcess(program, { ...stack.envAs('writer'), ...own })
      return { ...consumer, pid: consumer.child.pid, begins: () => stack.groupIsComplete(group) }
    },
  }
}

function ofEngine(topic: string): DrainPart {
  return {
    table: tables.usual,
    start: async (stack) => {
      const group = stack.newGroup('drain')
      const brokers = stack.env['KAFKA_BROKERS'] ?? ''
      for (const statement of createKafkaEngine(brokers, topic, group)) await stack.run(statement)
      return {
        pid: undefined,
        begins: () => stack.groupIsComplete(group),
        died: new Promise(() => undefined),
        stop: async () => {
          for (const statement of dropKafkaEngine) await stack.run(statement)
        },
      }
    },
  }
}

function ofPosts(topic: string, events: number, atATime: number): DrainPart {
  return {
    table: tables.tallyline,
    start: async (stack) => {
      const posts = await startProcess('bench/contenders/raw-posts.ts', {
        ...stack.envAs('writer'),
        ...{ KAFKA_TOPIC: topic, KAFKA_GROUP_ID: stack.newGroup('posts') },
        ...{ EVENTS: String(events), AT_A_TIME: String(atATime) },
      })
      const begins = () => {
        posts.child.send('begin')
        return Promise.resolve()
      }
      return { ...posts, pid: posts.child.pid, begins }
    },
  }
}
