// The pieces of the plots: round marks on the axes, names that do not break the picture.
import { describe, expect, it } from 'vitest'
import { barChart } from './bar-chart.ts'
import { lineChart } from './line-chart.ts'
import { ticks } from './svg.ts'

describe('the marks of an axis', () => {
  it.each([
    [7, [0, 2, 4, 6, 8]],
    [10, [0, 2, 4, 6, 8, 10]],
    [430_000, [0, 100_000, 200_000, 300_000, 400_000, 500_000]],
    [0.3, [0, 0.1, 0.2, 0.3]],
  ])('are round and reach %d', (most, expected) => {
    const marks = ticks(most)
    expect(marks).toHaveLength(expected.length)
    marks.forEach((mark, index) => expect(mark).toBeCloseTo(expected[index] ?? NaN))
  })

  it('are there where nothing is more than 0', () => {
    expect(ticks(0)).toEqual([0, 1])
  })
})

describe('a bar chart', () => {
  it('lays the parts of a bar end to end and names them', () => {
    const bars = [{ label: 'a <b> & "c"', values: [1, 2], note: '3 s', isOurs: true }]
    const picture = barChart({ title: 'CPU', axis: 'seconds', series: ['one', 'two'], bars })
    expect(picture).toContain('>a &lt;b&gt; &amp; &quot;c&quot;<')
    const [first, second] = [...picture.matchAll(/<rect x="([\d.]+)" y="62" width="([\d.]+)"/g)].map(
      ([, x, width]) => [Number(x), Number(width)],
    )
    expect((first?.[0] ?? 0) + (first?.[1] ?? 0)).toBeCloseTo(second?.[0] ?? NaN, 0)
    expect(picture).toContain('>two<')
  })
})

describe('a line chart', () => {
  it('has a point for every value, a line between neighbours, and one step alone too', () => {
    const chart = (steps: string[]) =>
      lineChart({
        ...{ title: 'Growth', steps, stepsName: 'rows', axis: 'ms' },
        series: [{ name: 'a site', values: steps.map(Number), notes: steps }],
      })
    expect(chart(['1', '2', '3']).match(/<circle/g)).toHaveLength(3)
    expect(chart(['1', '2', '3']).match(/stroke-width="2"/g)).toHaveLength(2)
    expect(chart(['1'])).not.toMatch(/NaN/)
  })
})
