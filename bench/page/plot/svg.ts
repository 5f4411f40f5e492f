// The few pieces of SVG that the plots are made of.

export const colors = {
  background: '#ffffff',
  text: '#1f2328',
  grid: '#d8dee4',
  series: ['#1f6feb', '#d4762c', '#2da44e', '#8250df', '#cf222e', '#6e7781'],
} as const

/** A picture with a white ground, which also reads on a dark page. */
export function picture(width: number, height: number, title: string, parts: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeText(title)}" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="${colors.text}">
<rect width="${width}" height="${height}" fill="${colors.background}"/>
${parts.join('\n')}
</svg>
`
}

export interface TextStyle {
  anchor?: 'start' | 'middle' | 'end'
  size?: number
  bold?: boolean
  color?: string
}

export function text(x: number, y: number, words: string, style: TextStyle = {}): string {
  const { anchor = 'start', size = 13, bold = false, color = colors.text } = style
  const weight = bold ? ' font-weight="bold"' : ''
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="${color}"${weight}>${escapeText(words)}</text>`
}

export function rect(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${height}" fill="${fill}"/>`
}

export function line(x1: number, y1: number, x2: number, y2: number, color: string, width = 1): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${color}" stroke-width="${width}"/>`
}

export function dot(x: number, y: number, fill: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="4" fill="${fill}"/>`
}

/** Names beside squares of their colors, from left to right. */
export function legend(x: number, y: number, names: readonly string[]): string[] {
  let at = x
  return names.flatMap((name, index) => {
    const from = at
    at += 30 + widthOf(name)
    return [rect(from, y - 10, 12, 12, colorOf(index)), text(from + 17, y, name)]
  })
}

export function colorOf(index: number): string {
  return colors.series[index % colors.series.length] ?? colors.text
}

/** About how wide a text is drawn. */
export function widthOf(words: string, size = 13): number {
  return words.length * size * 0.55
}

/** Round numbers from 0 to at least `most`, evenly apart. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1]
  const rough = most / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) => index * step)
}

function escapeText(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
