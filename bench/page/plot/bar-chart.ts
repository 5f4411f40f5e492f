// Horizontal bars, whole or stacked, each with its name and its value.
import { colorOf, colors, legend, line, picture, rect, text, ticks, widthOf } from './svg.ts'

export interface Bar {
  label: string
  /** One for each of the chart's series, laid end to end. */
  values: number[]
  /** What is written behind the bar. */
  note: string
  /** Ours: drawn in color where the chart has one series, the others are grey. */
  isOurs: boolean
}

export interface BarChart {
  title: string
  /** What the axis counts. */
  axis: string
  /** Names of the stacked parts; none where each bar is whole. */
  series?: string[]
  bars: Bar[]
}

const width = 860
const barHeight = 26
const barStep = 38
const top = 62

export function barChart({ title, axis, series = [], bars }: BarChart): string {
  const left = 24 + Math.max(...bars.map(({ label }) => widthOf(label)))
  const right = 20 + Math.max(...bars.map(({ note }) => widthOf(note)))
  const totals = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0))
  const steps = ticks(Math.max(...totals))
  const last = steps.at(-1) ?? 1
  const scale = (value: number) => left + (value / last) * (width - left - right)
  const bottom = top + bars.length * barStep
  const grid = steps.flatMap((value) => [
    line(scale(value), top - 8, scale(value), bottom, colors.grid),
    text(scale(value), bottom + 18, value.toLocaleString('en'), { anchor: 'middle', size: 12 }),
  ])
  const drawn = bars.flatMap((bar, index) =>
    drawBar(bar, { top: top + index * barStep, left, scale, isStacked: series.length > 0 }),
  )
  const axisName = text((left + width - right) / 2, bottom + 38, axis, { anchor: 'middle', size: 12 })
  return picture(width, bottom + 50, title, [
    text(16, 26, title, { size: 16, bold: true }),
    ...legend(left, 48, series),
    ...grid,
    ...drawn,
    axisName,
  ])
}

function drawBar(
  { label, values, note, isOurs }: Bar,
  place: { top: number; left: number; scale: (value: number) => number; isStacked: boolean },
): string[] {
  const { top: y, left, scale, isStacked } = place
  const middle = y + barHeight / 2 + 5
  let sum = 0
  const parts = values.map((value, index) => {
    const from = scale(sum)
    sum += value
    const color = isStacked || isOurs ? colorOf(index) : colorOf(5)
    return rect(from, y, scale(sum) - from, barHeight, color)
  })
  return [
    text(left - 8, middle, label, { anchor: 'end', bold: isOurs }),
    ...parts,
    text(scale(sum) + 6, middle, note, { bold: isOurs }),
  ]
}
