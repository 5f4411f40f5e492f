// The usual reporting: GET /stats by express, three queries at once, each a plain count over the texts.
import { createServer } from 'node:http'
import express from 'express'
import { announceServer } from './announce-server.ts'
import { openClickHouse } from './usual-clients.ts'
import { usualTable } from './usual-table.ts'

const clickhouse = openClickHouse()
const dayMs = 86_400_000

interface Question {
  site: string
  date: string | null
}

async function ask<Row>({ site, date }: Question, what: string, rest = ''): Promise<Row[]> {
  // Texts of one form sort as their instants do, and the table is sorted by them.
  const ofDay = date === null ? '' : 'AND time >= {from:String} AND time < {to:String}'
  const to = date === null ? null : new Date(Date.parse(date) + dayMs).toISOString().slice(0, 10)
  const answer = await clickhouse.query({
    query: `SELECT ${what} FROM ${usualTable} WHERE site = {site:String} ${ofDay} ${rest}`,
    query_params: { site, from: date, to },
    format: 'JSONEachRow',
  })
  return answer.json<Row>()
}

const app = express()
app.get('/stats', async (req, res) => {
  const { site_id: site, date = null } = req.query as { site_id: string; date?: string }
  const topPaths = 'GROUP BY path ORDER BY views DESC, path LIMIT 10'
  const [[views], [users], paths] = await Promise.all([
    ask<{ total: string }>({ site, date }, 'count() AS total'),
    ask<{ unique: string }>({ site, date }, 'uniqExact(user) AS unique'),
    ask<{ path: string; views: string }>({ site, date }, 'path, count() AS views', topPaths),
  ])
  res.json({
    ...{ site_id: site, date },
    total_views: Number(views?.total),
    unique_users: Number(users?.unique),
    top_paths: paths.map(({ path, views: count }) => ({ path, views: Number(count) })),
  })
})
announceServer(createServer(app))
