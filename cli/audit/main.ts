// `npm run audit`: reads the command line, runs the audit, prints it and owns the exit code.
import { createClickHouse, type ClickHouse } from '../../clickhouse/client.ts'
import { createKafka } from '../../kafka/client.ts'
import { loadDotEnv, SettingsError } from '../../runtime/env.ts'
import { createLogger } from '../../runtime/logger.ts'
import { findStores } from '../find-stores.ts'
import { withAdvice } from '../advice.ts'
import { endOnClosedPipe } from '../closed-pipe.ts'
import { cell } from '../text-table.ts'
import { UsageError } from '../usage.ts'
import { audit, type Audit } from './audit.ts'
import { siteName } from './findings.ts'
import { jsonReport } from './json-report.ts'
import { help, readOptions, type CommandOptions } from './options.ts'
import { report, verdict } from './report.ts'
import { siteLines } from './site-lines.ts'

const exitCode = { balanced: 0, differs: 1, failed: 2 }

/** A question to the tables may take long; a connection that says nothing for so long is given up. */
const requestTimeoutMs = 3_600_000

async function run(options: CommandOptions): Promise<number> {
  const stores = findStores(process.env)
  const kafka = createKafka(stores.kafka, 'audit', createLogger('audit', 'silent'))
  const clickhouse = createClickHouse(stores.clickhouse, requestTimeoutMs)
  const topic = stores.kafka.topic.name
  try {
    const found = await audit({ kafka, topic, groupId: stores.groupId, clickhouse, options, progress })
    progress('')
    if (options.json) await printJson(clickhouse, found, options.sites)
    else await printText(clickhouse, found, options.sites)
    return found.failing === 0 ? exitCode.balanced : exitCode.differs
  } catch (error) {
    progress('')
    const where = `Kafka ${stores.kafka.brokers.join(',')}, topic ${topic}; ClickHouse ${stores.clickhouse.url}, database ${stores.clickhouse.database}`
    console.error(`The books could not be added up: ${withAdvice(error)} (${where})`)
    return exitCode.failed
  } finally {
    await clickhouse.close()
  }
}

/** One line that is written over, on a terminal only. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`)
}

async function printText(clickhouse: ClickHouse, found: Audit, withSites: boolean): Promise<void> {
  console.log(report(found))
  if (withSites) {
    console.log('\nSites: rows, duplicates, dead letters, in flight, difference')
    for await (const { site, rows, duplicates, dead, inFlight, difference } of siteLines(clickhouse, found)) {
      const numbers = [rows, duplicates, dead, inFlight, difference].map((value) => cell(value).padStart(13))
      console.log(`${numbers.join('')}  ${siteName(site)}`)
    }
  }
  console.log(`\n${verdict(found)}`)
}

/** The sites are written as they come, for they may be too many to be held. */
async function printJson(clickhouse: ClickHouse, found: Audit, withSites: boolean): Promise<void> {
  const text = JSON.stringify(jsonReport(found))
  if (!withSites) {
    console.log(text)
    return
  }
  process.stdout.write(`${text.slice(0, -1)},"sites":[`)
  let separator = ''
  for await (const { site, inFlight, ...numbers } of siteLines(clickhouse, found)) {
    process.stdout.write(separator + JSON.stringify({ site_id: site, ...numbers, in_flight: inFlight }))
    separator = ','
  }
  process.stdout.write(']}\n')
}

async function main(): Promise<number> {
  try {
    loadDotEnv()
    const options = readOptions(process.argv.slice(2))
    if (options) return await run(options)
    console.log(help)
    return exitCode.balanced
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}. See npm run audit -- --help`)
    else if (error instanceof SettingsError) console.error(error.message)
    else throw error
    return exitCode.failed
  }
}

endOnClosedPipe()
process.exitCode = await main()
