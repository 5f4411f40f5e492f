// The limit of a drain: the lines of a topic, read beforehand, as plain INSERTs by node:http and nothing else. Begins
// when it is told to, over Node's channel.
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { insertSettings } from './insert-settings.ts'
import { env, openKafka } from './usual-clients.ts'

const events = Number(env('EVENTS'))
const atATime = Number(env('AT_A_TIME'))
const rowsPerPost = 50_000
const lineFeed = Buffer.from('\n')

/** The values of a topic's records from its start, until they hold that many lines. */
async function readTopic(): Promise<Buffer[]> {
  const values: Buffer[] = []
  let lines = 0
  const consumer = openKafka('raw-posts').consumer({ groupId: env('KAFKA_GROUP_ID') })
  await consumer.connect()
  await consumer.subscribe({ topics: [env('KAFKA_TOPIC')], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    const run = consumer.run({
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) {
          if (value === null) continue
          values.push(value)
          lines += countLines(value)
        }
        if (lines >= events) resolve()
        await Promise.resolve()
      },
    })
    run.catch(reject)
  })
  await consumer.disconnect()
  return values
}

function countLines(value: Buffer): number {
  let lines = 1
  for (let at = value.indexOf(lineFeed); at !== -1; at = value.indexOf(lineFeed, at + 1)) lines += 1
  return lines
}

/** Bodies of `rowsPerPost` lines each. */
function toBodies(values: Buffer[]): Buffer[] {
  const all = Buffer.concat(values.flatMap((value) => [value, lineFeed]))
  const bodies: Buffer[] = []
  let start = 0
  let lines = 0
  for (let end = all.indexOf(lineFeed); end !== -1; end = all.indexOf(lineFeed, end + 1)) {
    lines += 1
    if (lines < rowsPerPost && end + 1 < all.length) continue
    bodies.push(all.subarray(start, end + 1))
    start = end + 1
    lines = 0
  }
  return bodies
}

const columns = 'site_id, event_type, path, user_id, timestamp, event_id, referrer, properties'
const parameters = new URLSearchParams({
  query: `INSERT INTO events (${columns}) FORMAT JSONEachRow`,
  database: env('CLICKHOUSE_DATABASE'),
  ...insertSettings,
})
const agent = new Agent({ keepAlive: true, maxSockets: atATime })

async function post(body: Buffer): Promise<void> {
  const { hostname, port } = new URL(env('CLICKHOUSE_URL'))
  const headers = {
    'x-clickhouse-user': env('CLICKHOUSE_USER'),
    'x-clickhouse-key': env('CLICKHOUSE_PASSWORD'),
    'content-length': body.length,
  }
  const path = `/?${parameters.toString()}`
  const sent = request({ agent, hostname, port, path, method: 'POST', headers })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const text = (await answer.toArray()).join('')
  if (answer.statusCode !== 200) throw new Error(text)
}

process.once('disconnect', () => process.exit(0))
const bodies = toBodies(await readTopic())
process.send?.({ listening: '' })
await once(process, 'message')
await Promise.all(
  Array.from({ length: atATime }, async () => {
    for (let body = bodies.shift(); body; body = bodies.shift()) await post(body)
  }),
)
