// Columns of text for a terminal: names to the left, numbers to the right.

export interface Column<Row> {
  title: string
  of: (row: Row) => string | number | null
}

/** 12,345 for 12345; a dash for what is not known. */
export function cell(value: string | number | null): string {
  if (value === null) return '-'
  return typeof value === 'number' ? value.toLocaleString('en-US') : value
}

/** A heading and a line a row, each indented by two spaces. A column of texts is set to the left. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const texts = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ of }) => cell(of(row)))),
  ]
  const isText = columns.map(({ of }) => rows.every((row) => typeof of(row) === 'string'))
  const widths = columns.map((_, at) => Math.max(...texts.map((line) => line[at]?.length ?? 0)))
  const lines = texts.map((line) =>
    line.map((text, at) => (isText[at] ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))),
  )
  return lines.map((line) => `  ${line.join('  ')}`.trimEnd()).join('\n')
}
