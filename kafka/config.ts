// The settings of everything that talks to Kafka.
import { z } from 'zod'
import { fileText, flag, list, wholeNumber } from '../runtime/env.ts'

/** How to reach Kafka, and the topic that holds the events. */
export interface KafkaSettings {
  brokers: string[]
  tls: { ca?: string } | null
  sasl: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string } | null
  topic: TopicSettings
}

/** What the topic must look like. `replicationFactor` null: as many replicas as there are brokers, up to 3. */
export interface TopicSettings {
  name: string
  partitions: number
  replicationFactor: number | null
  retentionHours: number
}

/** kafkajs takes a name or an IPv4 address, and a port; what has more colons, it would cut in two. */
function isBroker(text: string): boolean {
  const port = Number(/^[^\s:/[\]]+:(\d{1,5})$/.exec(text)?.[1] ?? 0)
  return port >= 1 && port <= 65_535
}

export const kafkaVariables = {
  KAFKA_BROKERS: list(
    '127.0.0.1:9092',
    isBroker,
    'host:port, such as 127.0.0.1:9092, several separated by commas (an IPv6 address needs a name)',
  ).describe('Kafka brokers as host:port, separated by commas'),
  KAFKA_TOPIC: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,200}$/, 'must be 1-200 of A-Z a-z 0-9 . _ -')
    .default('events')
    .describe('Topic that holds the events'),
  KAFKA_PARTITIONS: wholeNumber(6, 1, 10_000).describe(
    'Partitions of the topic when it is made; a topic with another number is refused',
  ),
  KAFKA_REPLICATION_FACTOR: z
    .string()
    .regex(/^[1-9]\d?$/, 'must be a whole number from 1 to 99')
    .transform(Number)
    .optional()
    .describe('Copies of each partition; default: one a broker, up to 3'),
  KAFKA_RETENTION_HOURS: wholeNumber(168, 1, 876_000).describe('Hours that events wait in Kafka'),
  KAFKA_SSL: flag(false).describe('Whether to speak TLS to Kafka: true or false'),
  KAFKA_SSL_CA_FILE: fileText().describe('File with the certificate authority of Kafka, PEM'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], 'must be plain, scram-sha-256 or scram-sha-512')
    .optional()
    .describe('SASL mechanism: plain, scram-sha-256 or scram-sha-512'),
  KAFKA_USERNAME: z.string().optional().describe('User that Kafka knows by SASL'),
  KAFKA_PASSWORD: z.string().optional().describe('Password of that SASL user'),
}

export const groupVariables = {
  KAFKA_GROUP_ID: z.string().max(200).default('tallyline').describe('Consumer group of the consumers'),
}

type Flat = z.output<z.ZodObject<typeof kafkaVariables>>

/** Refuses variables of SASL that are there in part, also where another variable is at fault. */
export function saslWhole<Schema extends z.ZodObject<typeof kafkaVariables>>(schema: Schema): Schema {
  return schema.superRefine(
    (flat: Flat, ctx) => {
      for (const [variable, message] of saslFaults(flat)) {
        ctx.issues.push({ code: 'custom', input: flat[variable], path: [variable], message })
      }
    },
    { when: () => true },
  )
}

function saslFaults(flat: Flat): [keyof Flat, string][] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = flat
  if (mechanism === undefined) {
    const message =
      'must be set where KAFKA_USERNAME or KAFKA_PASSWORD is: plain, scram-sha-256 or scram-sha-512; without it they are not used'
    return username === undefined && password === undefined ? [] : [['KAFKA_SASL_MECHANISM', message]]
  }
  const message = 'must be set where KAFKA_SASL_MECHANISM is: Kafka asks for a user and a password'
  const missing: (keyof Flat)[] = []
  if (username === undefined) missing.push('KAFKA_USERNAME')
  if (password === undefined) missing.push('KAFKA_PASSWORD')
  return missing.map((variable) => [variable, message])
}

/** The nested settings of the flat variables. */
export function toKafkaSettings(flat: Flat): KafkaSettings {
  return {
    brokers: flat.KAFKA_BROKERS,
    tls: flat.KAFKA_SSL ? (flat.KAFKA_SSL_CA_FILE ? { ca: flat.KAFKA_SSL_CA_FILE } : {}) : null,
    sasl: flat.KAFKA_SASL_MECHANISM
      ? {
          mechanism: flat.KAFKA_SASL_MECHANISM,
          username: flat.KAFKA_USERNAME ?? '',
          password: flat.KAFKA_PASSWORD ?? '',
        }
      : null,
    topic: {
      name: flat.KAFKA_TOPIC,
      partitions: flat.KAFKA_PARTITIONS,
      replicationFactor: flat.KAFKA_REPLICATION_FACTOR ?? null,
      retentionHours: flat.KAFKA_RETENTION_HOURS,
    },
  }
}
