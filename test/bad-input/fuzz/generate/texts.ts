// Texts as clients send them, good ones and bad ones.
import fc from 'fast-check'

const odd = [
  ...['\u0001', '\u007f', '\u0085', '\u2028', '\ufeff', '\ufffd', '\uffff', '\r\n', '\t', ' ', '\u00a0'],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', 'true', '-0', '1e5', '0x10'],
  ...['"', "'", '\\', '\\u0000', '\\N', '{}', '[]', '$x', '%00', '%2e', '%', '../../etc/passwd', '.', 'a.b'],
  ...["'; DROP TABLE events; --", '<script>alert(1)</script>', '{{7*7}}', '\u202egnp.exe'],
  ...['🏳️‍🌈', 'ﷺ', '𝕳', 'İ', 'ß', 'e\u0301', '日本語', 'ключ', '2025-11-14', '2025-11-14T09:30:00Z', '10:30'],
  '00000000-0000-0000-0000-000000000000',
]

/** Any character but NUL and halves of pairs. */
const character = fc
  .integer({ min: 1, max: 0x10_ffff })
  .map((code) => (code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code)))

/** Well-formed Unicode without NUL. */
export const goodText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 16 }) },
  { weight: 2, arbitrary: fc.string({ unit: character, maxLength: 8 }) },
  { weight: 2, arbitrary: fc.constantFrom(...odd) },
)

/** Texts that no event may hold. */
export const badText: fc.Arbitrary<string> = fc
  .tuple(goodText, fc.constantFrom('\0', '\ud800', '\udfff', '\ude00\ud83d'), goodText)
  .map((parts) => parts.join(''))

/** A text of exactly `units` UTF-16 units, of characters of one, two, three or four bytes. */
export function textOf(units: number, fillers = ['x', 'é', '€', '"', '\u0001', '😀']): fc.Arbitrary<string> {
  return fc.constantFrom(...fillers).map((filler) => {
    const whole = filler.repeat(Math.floor(units / filler.length))
    return whole + 'x'.repeat(units - whole.length)
  })
}

/** Writes a text as JSON, in one of the ways there are. */
export const writeText: fc.Arbitrary<(text: string) => string> = fc
  .constantFrom('plain', 'plain', 'plain', 'ascii', 'escaped')
  .map((way) => (text) => {
    const plain = JSON.stringify(text)
    if (way === 'plain') return plain
    if (way === 'ascii') return plain.replaceAll('/', '\\/').replace(/[\u007f-\uffff]/g, escapeUnit)
    return `"${Array.from({ length: text.length }, (_, at) => escapeUnit(text.charAt(at))).join('')}"`
  })

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
