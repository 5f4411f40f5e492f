// What a stored event takes on disk, once the table is one part.
import type { BenchStack } from '../stack/bench-stack.ts'

export interface SizeOnDisk {
  bytesPerRow: number
  /** Most expensive first. */
  columns: { name: string; bytesPerRow: number }[]
}

/** Merges the table to one part for each month. */
export async function sizeOnDisk(stack: BenchStack, table: string): Promise<SizeOnDisk> {
  await stack.run(`OPTIMIZE TABLE ${table} FINAL`)
  const active = `database = '${stack.database}' AND table = '${table}' AND active`
  const columns = await stack.rows<{ name: string; bytesPerRow: number }>(
    `SELECT column AS name, sum(column_bytes_on_disk) / sum(rows) AS bytesPerRow
     FROM system.parts_columns WHERE ${active} GROUP BY name ORDER BY bytesPerRow DESC`,
  )
  const bytesPerRow = await stack.number(
    `SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts WHERE ${active}`,
  )
  return { bytesPerRow, columns }
}
