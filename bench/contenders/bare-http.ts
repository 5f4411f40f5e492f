// The limit: node:http that reads the body, does nothing with it and answers 202.
import { createServer } from 'node:http'
import { announceServer } from './announce-server.ts'

const body = '{"status":"accepted"}'
const head = { 'content-type': 'application/json', 'content-length': body.length }

announceServer(
  createServer((req, res) => {
    req.resume().once('end', () => res.writeHead(202, head).end(body))
  }),
)
