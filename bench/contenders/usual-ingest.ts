// The usual ingest: express, its body parsers, zod, and one awaited produce for each request, event or batch.
import { createServer } from 'node:http'
import express from 'express'
import kafkajs from 'kafkajs'
import { announceServer } from './announce-server.ts'
import { env, openKafka } from './usual-clients.ts'
import { toUsualMessage, usualEventSchema } from './usual-event.ts'

const topic = env('KAFKA_TOPIC')
const producer = openKafka('usual-ingest').producer({
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
})
await producer.connect()

const app = express()
app.post('/event', express.json(), async (req, res) => {
  const parsed = usualEventSchema.safeParse(req.body)
  if (!parsed.success) {
    res.status(400).json({ errors: parsed.error.issues })
    return
  }
  await producer.send({ topic, acks: -1, messages: [toUsualMessage(parsed.data)] })
  res.status(202).json({ status: 'accepted' })
})
app.post('/events', express.text({ type: 'application/x-ndjson', limit: '10mb' }), async (req, res) => {
  const lines = (req.body as string).split('\n').filter((line) => line !== '')
  const parsed = usualEventSchema.array().safeParse(lines.map((line) => JSON.parse(line) as unknown))
  if (!parsed.success) {
    res.status(400).json({ errors: parsed.error.issues })
    return
  }
  await producer.send({ topic, acks: -1, messages: parsed.data.map(toUsualMessage) })
  res.status(202).json({ status: 'accepted', accepted: lines.length })
})
announceServer(createServer(app))
