// The bench's page, README.md: the method first, then the figures of the last whole run, then their plots.
import type { BenchResults, PageFiles } from '../results.ts'
import { sectionNames } from '../sections/sections.ts'
import { barsTable } from './bars.ts'
import { toFigures } from './figures.ts'
import { method } from './method.ts'
import { toPlots } from './plots.ts'

/** @param file the results, as a path below the bench */
export function toPage(results: BenchResults, file: string): PageFiles {
  const plots = toPlots(results)
  const figures = sectionNames.map((name) => toFigures(name, results))
  const pictures = sectionNames.flatMap((name) => Object.entries(plots[name] ?? {}))
  const page = `# Bench

\`npm run bench\` measures Tallyline against the usual way to build the same pipeline, against ClickHouse's own Kafka
engine and against what this machine could do at most, in one run, and writes this page. \`npm run bench -- --quick\`
takes about 3 minutes, \`npm run bench -- --only drain\` runs one section; both write nothing.

${method(results)}
## Figures of ${results.date.slice(0, 10)}

${machine(results)}
All rounds: [${file}](${file}). Medians; in brackets the lowest and the highest round.

${figures.join('\n\n')}

## Against the bars

${barsTable(results)}

## Plots

${pictures.map(([name]) => `![${name}](plots/${name}.svg)`).join('\n\n')}
`
  const drawn = pictures.map(([name, picture]) => [`plots/${name}.svg`, picture])
  return { 'README.md': page, ...(Object.fromEntries(drawn) as PageFiles) }
}

function machine({
  machine: { cores, cpu, memoryGiB, system, pinned, inMemory },
  ...run
}: BenchResults): string {
  const versions = Object.entries(run.versions).map(
    ([name, version]) => `${name} ${version ?? '(not known)'}`,
  )
  const busy = ': the machine had other work, so trust the ratios more than the rates'
  return `${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}; ${pinned ? 'service and load pinned' : 'nothing pinned'} in the two sections of events over HTTP; data of Kafka and ClickHouse ${inMemory ? 'in memory' : 'on disk'}; everything on this one machine.
Load average before the run: ${run.loadBefore.toFixed(1)}${run.loadBefore > 0.5 ? busy : ''}.
Versions: ${versions.join(', ')}.
`
}
