// `npm run bench:storage`: other layouts of the table of events against the one it has.
import { parseArgs } from 'node:util'
import { createProgress } from '../../local/progress.ts'
import { digits, notKnown, table } from '../page/table.ts'
import { openBenchStack, type BenchStack } from '../stack/bench-stack.ts'
import { measureLayout, type StorageFigures } from './measure.ts'
import { dropSource, fillSource } from './source.ts'
import { asItIs, variants, type Variant } from './variants.ts'

const help = `Usage: npm run bench:storage [-- --rows 20000000] [-- --only "sort key,codecs"]

Fills a year of dates into other layouts of the table of events, one change away from the one it has, and tells what each
costs. A layout of 20 million rows takes about two minutes; groups: sort key, codecs, types, properties.`

async function run(rows: number, only: string[]): Promise<void> {
  const stack = await openBenchStack(createProgress())
  try {
    await stack.makeTables()
    const ddl = await ddlOfEvents(stack)
    console.log(`${rows.toLocaleString('en')} rows, inserts of 50,000`)
    await fillSource(stack, rows)
    for (const group of new Set(variants.map((variant) => variant.group))) {
      if (only.length > 0 && !only.includes(group)) continue
      const measured: [string, StorageFigures][] = []
      const itself: Variant = { group, name: asItIs, change: (same) => same }
      for (const { name, change, properties } of [itself, ...variants.filter((one) => one.group === group)]) {
        console.log(`${group}: ${name}`)
        measured.push([name, await measureLayout(stack, change(ddl), rows, properties)])
      }
      console.log(`\n### ${group}\n\n${toTable(measured)}\n`)
    }
    await dropSource(stack)
  } finally {
    await stack.stop()
  }
}

/** The statement that makes the table as the migrations leave it, without its comments. */
async function ddlOfEvents(stack: BenchStack): Promise<string> {
  const [row] = await stack.rows<{ statement: string }>('SHOW CREATE TABLE events')
  const statement = row?.statement ?? ''
  return statement
    .replace(/ COMMENT '(?:[^'\\]|\\.)*'/g, '')
    .replace(/^CREATE TABLE \S+/, 'CREATE TABLE events')
}

function toTable(measured: [string, StorageFigures][]): string {
  const asked = Object.keys(measured[0]?.[1].askMs ?? {})
  const head = ['', 'rows a second', 'CPU µs a row', 'bytes a row', ...asked.map((name) => `${name}, ms`)]
  const rows = measured.map(([name, { rowsPerSecond, cpuPerRow, bytesPerRow, askMs }]) => [
    name,
    digits(rowsPerSecond),
    cpuPerRow === null ? notKnown : digits(cpuPerRow),
    digits(bytesPerRow),
    ...Object.values(askMs).map(digits),
  ])
  return table(head, rows)
}

const options = { rows: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } } as const
const { values } = parseArgs({ options })
const rows = Number(values.rows ?? 20_000_000)
if (values.help || !Number.isSafeInteger(rows) || rows <= 0) console.log(help)
else await run(rows, values.only?.split(',').map((group) => group.trim()) ?? [])
