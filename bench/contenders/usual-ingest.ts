// The usual ingest: express, express.json(), zod, and one awaited produce for each request.
import type { AddressInfo } from 'node:net'
import express from 'express'
import kafkajs from 'kafkajs'
import { toUsualMessage, usualEventSchema } from './usual-event.ts'

const topic = process.env['KAFKA_TOPIC'] ?? ''
const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',')
const kafka = new kafkajs.Kafka({ clientId: 'usual-ingest', brokers, logLevel: kafkajs.logLevel.ERROR })
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
await producer.connect()

const app = express()
app.use(express.json())
app.post('/event', async (req, res) => {
  const parsed = usualEventSchema.safeParse(req.body)
  if (!parsed.success) {
    res.status(400).json({ errors: parsed.error.issues })
    return
  }
  await producer.send({ topic, acks: -1, messages: [toUsualMessage(parsed.data)] })
  res.status(202).json({ status: 'accepted' })
})
process.once('disconnect', () => process.exit(0))
const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ listening: `http://127.0.0.1:${port}` })
})
