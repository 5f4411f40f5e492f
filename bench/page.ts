// The bench's page, README.md: the method first, then the figures of the last whole run.
import { toFigures } from './figures.ts'
import type { BenchResults } from './results.ts'

/** @param file the results, as a path below the bench */
export function toPage(results: BenchResults, file: string): string {
  const figures = toFigures(results)
  return `# Bench

\`npm run bench\` measures Tallyline against the usual way to build the same pipeline, in one run on one machine,
and writes this page. \`npm run bench -- --quick\` takes about a minute and writes nothing.

${method(results)}
## Figures of ${results.date.slice(0, 10)}

${machine(results)}
All rounds: [${file}](${file}). Medians; in brackets the lowest and the highest round.

### Single events: POST /event

${figures.http}

### Drain: Kafka to ClickHouse

${figures.drain}

### The consumer's memory, MB resident

${figures.memory}

### Against the bars

${figures.bars}
`
}

function method({ settings: { http, drain } }: BenchResults): string {
  return `## Method

Absolute figures say more about a machine than about a program; ratios of one run carry over better. So every
contender runs in every round, one after the other, with the same events, the same Kafka, the same ClickHouse and
the same promise: an answer only after every in-sync replica has the event (\`acks=all\`), an offset only after its
rows are stored (\`async_insert=0\`). Each ratio is the median of the ratios of single rounds.

The **usual** way is what a good engineer writes first, without tricks and without mistakes:

- ingest: express, \`express.json()\`, zod, one awaited kafkajs \`producer.send\` for each request (\`contenders/usual-ingest.ts\`);
- consumer: kafkajs \`eachBatch\` with its default settings, \`JSON.parse\` of each message, one \`client.insert\` of the
  objects as JSONEachRow, then kafkajs commits (\`contenders/usual-consumer.ts\`). Its table has six String columns.

**Tallyline** is the product as it ships: \`ingest/main.ts\` and \`consumer/main.ts\` with their default settings, every
event checked in ingest and in the consumer, and the table of \`clickhouse/migrations\`, which has more columns.

The events are page views of about 130 bytes, without an id: both ways make one. Their sites spread evenly over 6
partitions.

1. **Single events.** Three services stand side by side, each a process of its own: the usual one, Tallyline's, and
   as a limit node:http that reads the body and answers 202 without Kafka. A load generator in a process of its own
   keeps ${http.connections} connections busy, one request on each at a time. ${http.rounds} rounds of ${http.measureMs / 1000} s each, after ${http.warmUpMs / 1000} s that are not
   counted, and after one whole round that is not counted. Where the system has \`taskset\`, the service under test has
   the first core to itself and the load generator the others; Kafka runs where it likes. "load CPU" is the share of
   a core that the load generator used: near 100 % it would be the load generator that is measured.
2. **Drain.** A topic holds ${drain.events.toLocaleString('en')} events, as the contender's own ingest leaves them. A fresh consumer group drains it into
   an empty database, ${drain.rounds} rounds. The clock runs from the moment the group is complete, before its first fetch,
   until the last row can be counted. Nothing is pinned. Tallyline drains two topics: records as ingest packs them when
   events come in batches of 1,000, and records of one event each. Afterwards every id must be there.
3. **Memory.** The resident memory of Tallyline's consumer (\`VmRSS\`), ten times a second, while it drains
   ${drain.memoryEvents.toLocaleString('en')} events; the most in each quarter of that time.

Not measured here: a network between the parts, several brokers, \`fsync\` (Kafka keeps an event by replicas).
`
}

function machine({ machine: { cores, cpu, memoryGiB, system, pinned }, ...run }: BenchResults): string {
  const versions = Object.entries(run.versions).map(
    ([name, version]) => `${name} ${version ?? '(not known)'}`,
  )
  return `${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}; ${pinned ? 'service and load pinned' : 'nothing pinned'}; everything on this one machine.
Load average before the run: ${run.loadBefore.toFixed(1)}${run.loadBefore > 0.5 ? ': the machine had other work, so trust the ratios more than the rates' : ''}.
Versions: ${versions.join(', ')}.
`
}
