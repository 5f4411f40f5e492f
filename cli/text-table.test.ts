import { expect, it } from 'vitest'
import { textTable } from './text-table.ts'

it('sets names to the left, numbers to the right, and a dash for what is not known', () => {
  const rows: { name: string; count: number; size: number | null }[] = [
    { name: 'a', count: 1234567, size: null },
    { name: 'longer', count: 8, size: 3 },
  ]
  const columns = [
    { title: 'name', of: ({ name }: (typeof rows)[0]) => name },
    { title: 'count', of: ({ count }: (typeof rows)[0]) => count },
    { title: 'size', of: ({ size }: (typeof rows)[0]) => size },
  ]
  expect(textTable(columns, rows)).toBe(
    ['  name        count  size', '  a       1,234,567     -', '  longer          8     3'].join('\n'),
  )
})
