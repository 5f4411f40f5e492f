// The end of a run: everything comes to rest, then what is stored is held against what was sent.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { World } from '../world.ts'
import { runAudit, type AuditCheck } from './audit.ts'
import { checkBooks, type BooksCheck } from './books.ts'
import { compareIds, type IdCheck } from './compare-ids.ts'
import { compareStats, type StatsCheck } from './compare-stats.ts'
import { checkGrownTopic } from './grown-topic.ts'
import { settle, type Settled } from './settle.ts'

export interface RunCheck {
  settled: Settled
  ids: IdCheck
  books: BooksCheck
  stats: StatsCheck
  audit: AuditCheck
  grownTopic: string[]
  /** Everything that is wrong, as sentences; empty for a good run. */
  faults: string[]
}

const mostTold = 5
const dayMs = 86_400_000

/** The stack must be without trouble, the clients as they are: they send nothing new from now on. */
export async function checkRun(world: World): Promise<RunCheck> {
  const { stack, stores, events, ledger, fleet, direct, reader, say } = world
  stack.links.mend()
  for (const disk of stack.disks.values()) await disk.free()
  await stack.extraConsumer.stop()
  await Promise.all(stack.parts.filter((part) => part !== stack.extraConsumer).map((part) => part.up()))
  fleet.pause()
  say('no more events, no more faults: waiting until all is stored')
  const producing = direct.finish()
  const settled = await settle(stack, stores, fleet.inFlight, world.options.settleMs)
  fleet.stop()
  await Promise.race([producing, direct.stop()])
  await reader.stop()

  say('comparing')
  const ids = await compareIds(stores.clickhouse, events, ledger)
  const distinct = { rows: ids.rows, stored: ids.stored.size() }
  const books = await checkBooks(stores.clickhouse, ledger, direct.poison, distinct)
  const isCounted = (number: number) => ledger.acknowledged.has(number) || ids.stored.has(number)
  const month = { from: world.base - 92 * dayMs, to: world.base - 61 * dayMs }
  const stats = await compareStats(stack.reporting.url, events, ledger.sent(), isCounted, month)
  const audit = await runAudit(stack)
  await writeFile(join(world.places.folder, 'audit.txt'), `${audit.said.join('\n')}\n`)
  const grownTopic = await checkGrownTopic(stack, stores)
  const check = { settled, ids, books, stats, audit, grownTopic }
  return { ...check, faults: faultsOf(world, check) }
}

function faultsOf(world: World, check: Omit<RunCheck, 'faults'>): string[] {
  const { settled, ids, books, stats, audit, grownTopic } = check
  const { counts } = world.ledger
  const { doubled } = world.reader.looks
  const faults: [boolean, string][] = [
    [settled.left.length > 0, `not at rest after ${settled.seconds} s: ${settled.left.join('; ')}`],
    [ids.lost > 0, `${ids.lost} acknowledged events are lost: ${ids.lostSample.join(', ')}`],
    [ids.doubled > 0, `${ids.doubled} rows too many: ${ids.doubledSample.join(', ')}`],
    [ids.unknown > 0, `${ids.unknown} rows that nobody sent: ${ids.unknownSample.join(', ')}`],
    [doubled.length > 0, `a reader saw ${doubled.length} events twice during the run`],
    [counts.wronglyRefused > 0, `${counts.wronglyRefused} good events were refused`],
    [counts.wronglyAccepted > 0, `${counts.wronglyAccepted} bad events were accepted`],
    [!audit.balances, `audit: ${audit.verdict}`],
  ]
  return [
    ...faults.filter(([isFault]) => isFault).map(([, text]) => text),
    ...books.faults.map((fault) => `books: ${fault}`),
    ...firstOf(stats.differences.map((difference) => `stats: ${difference}`)),
    ...grownTopic,
    ...firstOf(world.troubles.map((trouble) => `client: ${trouble}`)),
  ]
}

/** The first few of many that are alike. */
function firstOf(texts: string[]): string[] {
  const more = texts.length - mostTold
  return more <= 0 ? texts : [...texts.slice(0, mostTold), `and ${more} more like this`]
}
