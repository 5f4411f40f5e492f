// Lines over a few steps, evenly apart, with every value written beside its point.
import { colorOf, colors, dot, legend, line, picture, text, ticks } from './svg.ts'

export interface LineChart {
  title: string
  /** What the steps are, and what the axis counts. */
  steps: string[]
  stepsName: string
  axis: string
  series: { name: string; values: number[]; notes: string[] }[]
}

const width = 860
const height = 380
const plot = { left: 90, right: 800, top: 80, bottom: 310 }

export function lineChart({ title, steps, stepsName, axis, series }: LineChart): string {
  const marks = ticks(Math.max(...series.flatMap(({ values }) => values)))
  const last = marks.at(-1) ?? 1
  const yOf = (value: number) => plot.bottom - (value / last) * (plot.bottom - plot.top)
  const xOf = (index: number) =>
    plot.left + 60 + (index * (plot.right - plot.left - 120)) / Math.max(1, steps.length - 1)
  const grid = marks.flatMap((value) => [
    line(plot.left, yOf(value), plot.right, yOf(value), colors.grid),
    text(plot.left - 8, yOf(value) + 4, value.toLocaleString('en'), { anchor: 'end', size: 12 }),
  ])
  const names = steps.map((step, index) => text(xOf(index), plot.bottom + 20, step, { anchor: 'middle' }))
  const lines = series.flatMap(({ values, notes }, number) =>
    values.flatMap((value, index) => {
      const next = values[index + 1]
      const color = colorOf(number)
      const label = text(xOf(index), yOf(value) - 10, notes[index] ?? '', { anchor: 'middle', color })
      const towards =
        next === undefined ? [] : [line(xOf(index), yOf(value), xOf(index + 1), yOf(next), color, 2)]
      return [...towards, dot(xOf(index), yOf(value), color), label]
    }),
  )
  return picture(width, height, title, [
    text(16, 26, title, { size: 16, bold: true }),
    text(16, plot.top - 22, axis, { size: 12 }),
    ...legend(
      plot.left + 250,
      plot.top - 22,
      series.map(({ name }) => name),
    ),
    ...grid,
    ...names,
    text((plot.left + plot.right) / 2, plot.bottom + 44, stepsName, { anchor: 'middle', size: 12 }),
    ...lines,
  ])
}
