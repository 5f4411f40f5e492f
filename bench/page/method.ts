// How the figures were taken, as the page says it before it shows any.
import { flushIntervalMs } from '../contenders/kafka-engine.ts'
import type { BenchResults } from '../results.ts'

const seconds = (ms: number) => `${ms / 1000} s`
const whole = (value: number) => value.toLocaleString('en')

export function method(results: BenchResults): string {
  return `## Method

Absolute figures say more about a machine than about a program; ratios of one run carry over better. So every
contender runs in every round, one after the other, with the same events, the same Kafka, the same ClickHouse and
the same promise: an answer only after every in-sync replica has the event (\`acks=all\`), an offset only after its
rows are stored (\`async_insert=0\`). Each ratio is the median of the ratios of single rounds.

${whoTakesPart()}
The events are page views of about 130 bytes, without an id: both ways make one. Their sites spread evenly over 6
partitions, low numbers of users and paths come up far more often, and every event has a time of its own within an hour.

${firstSections(results)}${lastSections(results)}
Not measured here: a network between the parts, several brokers, \`fsync\` (Kafka keeps an event by replicas).
`
}

function whoTakesPart(): string {
  return `The **usual** way is what a good engineer writes first, without tricks and without mistakes:

- ingest: express with its body parsers, zod, one awaited kafkajs \`producer.send\` for each request, with all its events
  (\`contenders/usual-ingest.ts\`);
- consumer: kafkajs \`eachBatch\` with its default settings, \`JSON.parse\` of each message, one \`client.insert\` of the
  objects as JSONEachRow, then kafkajs commits (\`contenders/usual-consumer.ts\`). Its table has six String columns.
- reporting: express, three queries at once: count, \`uniqExact\` of the users, ten most viewed paths
  (\`contenders/usual-stats.ts\`).

The **Kafka engine** is ClickHouse's own: a table of \`ENGINE = Kafka\` and a materialized view into the usual's table
(\`contenders/kafka-engine.ts\`). Its settings are the defaults, one consumer among them, save
\`kafka_flush_interval_ms = ${flushIntervalMs}\`: the default of
7,500 would hold the last rows back for so long, which is not what a drain is to measure.

**Tallyline** is the product as it ships: \`ingest/main.ts\`, \`consumer/main.ts\` and \`reporting/main.ts\` with their
default settings, and the table of \`clickhouse/migrations\`, which has more columns. Its consumer checks every
line, whoever wrote it.

All programs run compiled, as they do in production; under \`npm start\` a loader takes 33 MB more of each. The data of Kafka
and ClickHouse lie in memory where there is room (\`/dev/shm\`), save for \`npm start\`: on a file system that is slow to
make files, such as ext4 without a journal, most of what a small insert costs would be the file system's.

The **limits** keep no promise and check nothing: node:http that reads the body and answers 202 without keeping anything,
and posts of plain INSERTs, 50,000 rows each, of the very lines of the packed topic, by node:http and nothing else, with
the settings of Tallyline's own INSERT.
`
}

function firstSections({ settings: { single, batches, drain, pipe } }: BenchResults): string {
  return `1. **Single events.** A load generator in a process of its own keeps ${single.connections} connections busy, one request on each at
   a time, and everything of that contender runs: its consumer stores behind it at the same time, and what it has not
   stored when the round ends it stores before others have their turn. ${single.rounds} rounds of ${seconds(single.measureMs)} each, after ${seconds(single.warmUpMs)} that are not
   counted, and after one round of ${seconds(single.firstMs)} that is not counted: Java needs that long. Where the system has \`taskset\`, the
   service under test is kept on the first core and the load generator on the others; all else runs where it likes, on
   the first core too. "load CPU" is the share of a core that the load generator used: near 100 % it would be the load
   generator that is measured.
2. **Batches.** The same with NDJSON of ${batches.eventsPerRequest} events a request: ${batches.rounds} rounds of ${seconds(batches.measureMs)}.
3. **Drain.** Two topics hold ${whole(drain.events)} events each: one as the usual ingest leaves them, one event a record, and one as
   Tallyline's does when events come in batches of 1,000. A fresh consumer group drains one into an empty database, ${drain.rounds} rounds.
   The clock runs from the moment the group is complete, before its first fetch, until the last row can be counted.
   Nothing is pinned. "1 event a record" is the same topic for all: to Tallyline it is a stranger's, so that every event
   is checked. The CPU of merges that go on after the last row is not in the figure. Afterwards every id must be there.
4. **The whole pipe.** NDJSON of ${pipe.eventsPerRequest} events a request over ${pipe.connections} connections for ${seconds(pipe.measureMs)}, after ${seconds(pipe.warmUpMs)} that are not counted, one run of
   each contender, nothing pinned. The clock runs from the first POST until the sum of \`GET /stats\` over all sites is
   what was accepted. Memory is what ingest, consumer and reporting held together (\`VmRSS\`), at its highest. Bytes on
   disk are those after \`OPTIMIZE TABLE … FINAL\`.
`
}

function lastSections({ settings: { visible, stats, growth, start }, stats: hot }: BenchResults): string {
  return `5. **From POST to visible.** One POST /event every ${visible.everyMs} ms, of one site, ${seconds(visible.roundMs)} a round, ${visible.rounds} rounds after one that is not
   counted. The k-th event is visible when \`count()\` of the table, asked about every 4 ms, has grown by k.
6. **GET /stats**, over HTTP from the services, which run as a whole. Both tables hold the same events as one part a
   month: hot days of ${whole(stats.hotRows)} events (${whole(hot.hotUsers)} users and ${whole(hot.hotPaths)} paths a day) and small sites of 200. A round asks for ${stats.hotDays} hot
   days and ${stats.smallSites} small sites that nobody has asked for before, and for one of each ${stats.repeats} times again; ${stats.rounds} rounds. Both
   services must answer the same.
7. **Growth.** Tallyline drains ${whole(growth.events)} events, packed, into a table that holds ${growth.days.join(', ')} days of 200,000 rows already, ${growth.rounds}
   times each. Then its reporting, freshly started, is asked for the day before: five sites of 30,000 events that day
   and 20 of 200, each once.
8. **npm start** on a folder in which it was started once before, until its \`Ready\` line: ${start.rounds} times.
`
}
