// Spoils bytes, whatever they mean: bits turned over, pieces cut out, doubled or exchanged, foreign ones put in.
import fc from 'fast-check'

export type SpoilBytes = (bytes: Buffer) => Buffer

/** A place in bytes of any length. */
const place = fc.nat(0xffff_ffff)

const foreign = fc.oneof(
  fc
    .constantFrom(
      ...[
        '\ufeff',
        '\0',
        '\n',
        '\r',
        '\u2028',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        'null',
        '1e999',
        '\\u0000',
      ],
      ...['\\ud800', '/*', '[[[[[[[[', '{"a":', '"__proto__":{},'],
    )
    .map((text) => Buffer.from(text)),
  fc
    .constantFrom('ff', 'c080', 'eda080', 'f5808080', 'e282', '80', 'fffe', '1f8b', '00')
    .map((hex) => Buffer.from(hex, 'hex')),
  fc.uint8Array({ minLength: 1, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
)

/** Shorter than any event, so that no event is there twice. */
const shortLength = fc.nat(30)

const one: fc.Arbitrary<SpoilBytes> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([at, bit]) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes)
    if (bytes.length > 0)
      changed.writeUInt8(changed.readUInt8(at % bytes.length) ^ (1 << bit), at % bytes.length)
    return changed
  }),
  fc.tuple(place, foreign).map(
    ([at, piece]) =>
      (bytes: Buffer) =>
        splice(bytes, at, 0, piece),
  ),
  fc.tuple(place, foreign).map(
    ([at, piece]) =>
      (bytes: Buffer) =>
        splice(bytes, at, piece.length, piece),
  ),
  fc.tuple(place, shortLength).map(
    ([at, length]) =>
      (bytes: Buffer) =>
        splice(bytes, at, length, Buffer.alloc(0)),
  ),
  fc.tuple(place, place, shortLength).map(([at, from, length]) => (bytes: Buffer) => {
    const start = from % (bytes.length + 1)
    return splice(bytes, at, 0, bytes.subarray(start, start + length))
  }),
  place.map((at) => (bytes: Buffer) => bytes.subarray(0, at % (bytes.length + 1))),
  place.map((at) => (bytes: Buffer) => bytes.subarray(at % (bytes.length + 1))),
)

function splice(bytes: Buffer, at: number, removed: number, put: Buffer): Buffer {
  const start = at % (bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + removed)])
}

/** One to three changes. */
export const spoilBytes: fc.Arbitrary<SpoilBytes> = fc
  .array(one, { minLength: 1, maxLength: 3 })
  .map((changes) => (bytes: Buffer) => changes.reduce((changed, change) => change(changed), bytes))
