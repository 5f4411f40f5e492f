import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readEnv } from '../runtime/env.ts'
import { kafkaVariables, saslWhole, toKafkaSettings } from './config.ts'

const schema = saslWhole(z.object(kafkaVariables)).transform(toKafkaSettings)
const saslOf = (variables: Record<string, string>) => readEnv(schema, variables).sasl

const mechanism = { KAFKA_SASL_MECHANISM: 'scram-sha-256' }
const user = { KAFKA_USERNAME: 'tally' }
const password = { KAFKA_PASSWORD: 'secret' }

describe('the settings of SASL', () => {
  it('are all there, or none', () => {
    expect(saslOf({})).toBeNull()
    expect(saslOf({ KAFKA_SASL_MECHANISM: '', KAFKA_USERNAME: '', KAFKA_PASSWORD: '' })).toBeNull()
    expect(saslOf({ ...mechanism, ...user, ...password })).toEqual({
      mechanism: 'scram-sha-256',
      username: 'tally',
      password: 'secret',
    })
  })

  it.each([
    [{ ...user, ...password }, ['KAFKA_SASL_MECHANISM: must be set']],
    [user, ['KAFKA_SASL_MECHANISM: must be set']],
    [password, ['KAFKA_SASL_MECHANISM: must be set']],
    [mechanism, ['KAFKA_USERNAME: must be set', 'KAFKA_PASSWORD: must be set']],
    [{ ...mechanism, ...user }, ['KAFKA_PASSWORD: must be set']],
    [{ ...mechanism, ...password }, ['KAFKA_USERNAME: must be set']],
  ])('that are there in part stop the start: %j', (variables, named) => {
    expect(faultsOf(variables)).toEqual(named.map((text): unknown => expect.stringContaining(text)))
  })

  it('are told along with every other fault', () => {
    expect(faultsOf({ ...user, KAFKA_PARTITIONS: '0' })).toEqual([
      expect.stringContaining('KAFKA_PARTITIONS'),
      expect.stringContaining('KAFKA_SASL_MECHANISM: must be set'),
    ])
    expect(faultsOf({ ...user, ...password, KAFKA_SASL_MECHANISM: 'gssapi' })).toEqual([
      expect.stringContaining('KAFKA_SASL_MECHANISM: must be plain'),
    ])
  })
})

describe('the brokers', () => {
  it('are names or IPv4 addresses, each with its port', () => {
    const brokers = readEnv(schema, {
      KAFKA_BROKERS: 'kafka-1.example:9092, 10.0.0.7:65535,localhost:1',
    }).brokers
    expect(brokers).toEqual(['kafka-1.example:9092', '10.0.0.7:65535', 'localhost:1'])
    expect(readEnv(schema, {}).brokers).toEqual(['127.0.0.1:9092'])
  })

  it.each([
    ['nonsense', 'not "nonsense"'],
    ['127.0.0.1:99999', 'not "127.0.0.1:99999"'],
    ['127.0.0.1:0', 'not "127.0.0.1:0"'],
    ['[::1]', 'not "[::1]"'],
    ['[::1]:9092', 'not "[::1]:9092"'],
    ['kafka://a:1', 'not "kafka://a:1"'],
    [':9092', 'not ":9092"'],
    ['a:1,,b:2', 'one entry is empty'],
    ['a:1,', 'one entry is empty'],
  ])('that are none stop the start, quoted: %s', (brokers, told) => {
    expect(faultsOf({ KAFKA_BROKERS: brokers })).toEqual([
      expect.stringMatching(/^ {2}KAFKA_BROKERS: must be host:port, such as 127\.0\.0\.1:9092/),
    ])
    expect(faultsOf({ KAFKA_BROKERS: brokers })[0]).toContain(told)
  })

  it('are each told where several are at fault', () => {
    expect(faultsOf({ KAFKA_BROKERS: 'one,two' })).toHaveLength(2)
  })
})

/** One line for each. */
function faultsOf(variables: Record<string, string>): string[] {
  try {
    readEnv(schema, variables)
    return []
  } catch (error) {
    return (error as Error).message.split('\n').slice(1)
  }
}
