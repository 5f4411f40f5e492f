// `npm run dead-letters`: reads the command line, lists, shows or replays, and owns the exit code.
import { createClickHouse, type ClickHouse } from '../../clickhouse/client.ts'
import { createReplayMarks } from '../../clickhouse/dead-letter-replays.ts'
import {
  queryLetterGroups,
  queryLetters,
  type LetterFilter,
  type LetterPlace,
} from '../../clickhouse/dead-letters.ts'
import { createKafka } from '../../kafka/client.ts'
import { openRecordSender } from '../../kafka/record-sender.ts'
import { loadDotEnv, SettingsError } from '../../runtime/env.ts'
import { createLogger } from '../../runtime/logger.ts'
import { findStores, type Stores } from '../find-stores.ts'
import { withAdvice } from '../advice.ts'
import { endOnClosedPipe } from '../closed-pipe.ts'
import { UsageError } from '../usage.ts'
import { groupsText, letterLine, letterText } from './list.ts'
import { missingText, noting } from './missing-places.ts'
import { help, readOptions, type Command } from './options.ts'
import { outcomeOf } from './outcome.ts'
import { countFailing, newTally, replay, type ReplayTally } from './replay.ts'
import { tallyText } from './tally-text.ts'

const exitCode = { good: 0, someLeftOut: 1, failed: 2 }
const requestTimeoutMs = 300_000
const mostGroups = 500

async function run(command: Command): Promise<number> {
  const stores = findStores(process.env)
  const clickhouse = createClickHouse(stores.clickhouse, requestTimeoutMs)
  try {
    if (command.kind === 'list') return await list(clickhouse, command)
    if (command.kind === 'show') return await show(clickhouse, command)
    return command.dryRun ? await tryAll(clickhouse, command) : await send(clickhouse, stores, command)
  } catch (error) {
    const where = `Kafka ${stores.kafka.brokers.join(',')}; ClickHouse ${stores.clickhouse.url}, database ${stores.clickhouse.database}`
    console.error(`Not finished: ${withAdvice(error)} (${where})`)
    return exitCode.failed
  } finally {
    await clickhouse.close()
  }
}

async function list(
  clickhouse: ClickHouse,
  { filter, all }: Extract<Command, { kind: 'list' }>,
): Promise<number> {
  if (all) for await (const letter of queryLetters(clickhouse, filter)) console.log(letterLine(letter))
  else console.log(groupsText(await queryLetterGroups(clickhouse, filter, mostGroups), mostGroups))
  return exitCode.good
}

async function show(clickhouse: ClickHouse, { filter }: Extract<Command, { kind: 'show' }>): Promise<number> {
  const found: LetterPlace[] = []
  for await (const letter of noting(queryLetters(clickhouse, filter), filter, found)) {
    console.log(`${found.length > 1 ? '\n' : ''}${letterText(letter)}`)
  }
  return tellMissing(filter, found) ? exitCode.someLeftOut : exitCode.good
}

function tellMissing(filter: LetterFilter, found: readonly LetterPlace[]): boolean {
  const text = missingText(filter, found)
  if (text !== null) console.error(text)
  return text !== null
}

type Replay = Extract<Command, { kind: 'replay' }>

/** Says what would become of each, and sends nothing. */
async function tryAll(clickhouse: ClickHouse, { filter, force }: Replay): Promise<number> {
  const tally = newTally()
  const found: LetterPlace[] = []
  for await (const letter of noting(queryLetters(clickhouse, filter), filter, found)) {
    const outcome = outcomeOf(letter)
    if (letter.state === 'replayed') tally.before += 1
    else if (outcome.kind === 'event') tally.sent += 1
    else countFailing(tally, letter, outcome)
  }
  if (force) console.log('With --force, also those that would be set aside again would be sent.')
  return end('Would be sent', tally, tellMissing(filter, found))
}

async function send(clickhouse: ClickHouse, stores: Stores, { filter, force }: Replay): Promise<number> {
  const kafka = createKafka(stores.kafka, 'dead-letters', createLogger('dead-letters', 'silent'))
  const sender = await openRecordSender(kafka, stores.kafka.topic.name)
  const tally = newTally()
  const found: LetterPlace[] = []
  const parts = {
    letters: noting(queryLetters(clickhouse, filter), filter, found),
    sender,
    marks: createReplayMarks(clickhouse),
    force,
  }
  try {
    await replay({ ...parts, onProgress: showProgress }, tally)
  } catch (error) {
    console.log(tallyText('Sent before it broke off', tally))
    throw error
  } finally {
    await sender.close()
  }
  return end('Sent', tally, tellMissing(filter, found))
}

function end(headline: string, tally: ReplayTally, isAnyMissing: boolean): number {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K')
  console.log(tallyText(headline, tally))
  return isAnyMissing || tally.failing.size + tally.tooLarge > 0 ? exitCode.someLeftOut : exitCode.good
}

function showProgress({ sent }: ReplayTally): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${sent} sent`)
}

async function main(): Promise<number> {
  try {
    loadDotEnv()
    const command = readOptions(process.argv.slice(2), Date.now())
    if (command) return await run(command)
    console.log(help)
    return exitCode.good
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}. See npm run dead-letters -- --help`)
    else if (error instanceof SettingsError) console.error(error.message)
    else throw error
    return exitCode.failed
  }
}

endOnClosedPipe()
process.exitCode = await main()
