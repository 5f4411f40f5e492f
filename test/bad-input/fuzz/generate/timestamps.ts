// Times of events, as JSON: in every form that is taken, or just beside one.
import fc from 'fast-check'

/** Few: each month of a range of offsets is a part of the table by itself. No zone leads out of what is taken. */
const farMonths = [Date.UTC(2000, 0, 2), Date.UTC(2012, 5, 30), Date.UTC(2016, 11, 31), Date.UTC(2024, 1, 29)]

/** Most within two months, as on a real site; a few far away. */
const instant = fc.oneof(
  { weight: 100, arbitrary: fc.integer({ min: Date.UTC(2025, 8, 20), max: Date.UTC(2025, 10, 14) }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...farMonths), fc.nat(86_399_999)).map(([at, more]) => at + more),
  },
)

const zone = fc.oneof(
  fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+05:45', '-03:30', '+14:00', '-12:00', '+23:59', '-23:59'),
  fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59)).map(([sign, hours, minutes]) => {
    return `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
  }),
)

const fraction = fc.oneof(
  fc.constant(''),
  fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }).map((digits) => `.${digits.join('')}`),
)

const text = fc
  .tuple(instant, zone, fraction, fc.constantFrom('T', 't'), fc.constantFrom(false, false, false, true))
  .map(([at, offset, digits, separator, isLeap]) => {
    const [date = '', time = ''] = new Date(at).toISOString().split('T')
    return `${date}${separator}${isLeap ? `${time.slice(0, 5)}:60` : time.slice(0, 8)}${digits}${offset}`
  })

/** Timestamps that are taken. */
export const goodTimestamp: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: instant.map(String) },
  { weight: 2, arbitrary: text.map((written) => JSON.stringify(written)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'null',
      '""',
      '946684800000',
      '1.7628e12',
      '1762800000000.0',
      '"2000-01-01T00:00:00Z"',
    ),
  },
)

/** Timestamps that are refused. */
export const badTimestamp: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      'true',
      '[]',
      '{}',
      '0',
      '-1',
      '1.5',
      '1e400',
      '-1e400',
      '946684799999',
      '1763112600',
      '9007199254740991',
    ],
    ...['1e21', '"yesterday"', '" "', '"2025-11-14"', '"2025-11-14T09:30Z"', '"2025-11-14T09:30:00"'],
    ...[
      '"2025-02-30T00:00:00Z"',
      '"2025-13-01T00:00:00Z"',
      '"2025-11-14T24:00:00Z"',
      '"2025-11-14T09:30:61Z"',
    ],
    ...[
      '"2025-11-14T09:30:00+24:00"',
      '"2025-11-14T09:30:00+0100"',
      '"2025-11-14T09:30:00.Z"',
      '"1762800000000"',
    ],
    ...[
      '"9999-12-31T23:59:59Z"',
      '"0000-01-01T00:00:00Z"',
      '"2025-11-14T09:30:00Z "',
      '"２０２５-11-14T09:30:00Z"',
    ],
    `"2025-11-14T09:30:00.${'1'.repeat(31)}Z"`,
  ),
  text.map((written) => JSON.stringify(written.replace(/[Tt]/, ' '))),
  text.map((written) => JSON.stringify(written.slice(0, 16))),
)
