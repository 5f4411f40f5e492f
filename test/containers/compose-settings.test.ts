// docker-compose.yml and the services agree on the names of the settings.
import { describe, expect, it } from 'vitest'
import { consumerVariables } from '../../consumer/config.ts'
import { ingestVariables } from '../../ingest/config.ts'
import { reportingVariables } from '../../reporting/config.ts'
import { composeFile } from './compose-file.ts'

/** Settings of a Kafka and a ClickHouse elsewhere: in containers there is one of each, in the same network. */
const notHere = [
  'CLICKHOUSE_CA_FILE',
  'KAFKA_PASSWORD',
  'KAFKA_REPLICATION_FACTOR',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SSL',
  'KAFKA_SSL_CA_FILE',
  'KAFKA_USERNAME',
]
/** The image says it. */
const inTheImage = ['HOST']
/** Each service that keeps something names its volume. */
const ofOneMachine = ['DATA_DIR']

describe('the settings in docker-compose.yml', () => {
  it.each([
    ['ingest', ingestVariables],
    ['consumer', consumerVariables],
    ['reporting', reportingVariables],
  ])('hand %s every setting that counts in containers', (service, variables) => {
    const names = settingsOf(service)
    const missing = Object.keys(variables).filter((name) => !names.has(name))
    const excepted = [...notHere, ...inTheImage, ...ofOneMachine]
    expect(missing.filter((name) => !excepted.includes(name))).toEqual([])
  })

  it.each([
    ['ingest', ingestVariables],
    ['consumer', consumerVariables],
    ['reporting', reportingVariables],
  ])('hand %s none that it does not know', (service, variables) => {
    expect([...settingsOf(service)].filter((name) => !(name in variables))).toEqual([])
  })
})

/** The names in a service's `environment`, those of the blocks it merges included. */
function settingsOf(service: string): Set<string> {
  const environment = blockAt(new RegExp(`^ {2}${service}:$`, 'm'), /^ {4}environment:$/m)
  const merged = [...environment.matchAll(/\*([a-z-]+)/g)].map(([, anchor]) => anchor ?? '')
  const blocks = merged.map((anchor) => blockAt(new RegExp(`^x-\\S+: &${anchor}$`, 'm')))
  return new Set(
    [environment, ...blocks]
      .flatMap((block) => block.match(/^ +[A-Z_]+(?=:)/gm) ?? [])
      .map((name) => name.trim()),
  )
}

/** The lines below the last of `headings`, each looked for below the one before, as far as they are indented. */
function blockAt(...headings: RegExp[]): string {
  let block = composeFile
  for (const heading of headings) {
    const found = heading.exec(block)
    if (!found) throw new Error(`docker-compose.yml has no ${heading}`)
    const indent = /^ */.exec(found[0])?.[0].length ?? 0
    const below = block.slice(found.index + found[0].length + 1).split('\n')
    const end = below.findIndex((line) => line.trim() !== '' && (/^ */.exec(line)?.[0].length ?? 0) <= indent)
    block = below.slice(0, end === -1 ? undefined : end).join('\n')
  }
  return block
}
