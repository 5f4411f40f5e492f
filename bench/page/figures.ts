// The figures of each section as Markdown: on the console after a run, and on the bench's page.
import type { Measured, SectionName } from '../sections/sections.ts'
import { drainTable } from './drain-table.ts'
import { httpTable } from './http-table.ts'
import { growthTable, startTable, statsTable, visibleTable } from './other-tables.ts'
import { pipeTables } from './pipe-tables.ts'

type Figures = Record<
  SectionName,
  { title: string; toText: (measured: Partial<Measured>) => string | undefined }
>

const figures: Figures = {
  single: {
    title: 'Single events: POST /event',
    toText: ({ single }) => single && httpTable(single, 'requests'),
  },
  batches: {
    title: 'Batches: POST /events',
    toText: ({ batches }) => batches && httpTable(batches, 'events'),
  },
  drain: { title: 'Drain: Kafka to ClickHouse', toText: ({ drain }) => drain && drainTable(drain) },
  pipe: { title: 'The whole pipe', toText: ({ pipe }) => pipe && pipeTables(pipe) },
  visible: { title: 'From POST to visible', toText: ({ visible }) => visible && visibleTable(visible) },
  stats: { title: 'GET /stats', toText: ({ stats }) => stats && statsTable(stats) },
  growth: { title: 'Growth', toText: ({ growth }) => growth && growthTable(growth) },
  start: { title: 'npm start', toText: ({ start }) => start && startTable(start) },
}

/** Title and figures of one section; empty where it was not measured. */
export function toFigures(name: SectionName, measured: Partial<Measured>): string {
  const { title, toText } = figures[name]
  const text = toText(measured)
  return text === undefined ? '' : `### ${title}\n\n${text}`
}
