// Ids for events that were sent without one: random UUIDs (version 4), many at a time. Node's own come as texts of many
// pieces, which have to be put together before anything can be done with them; that takes several times as long.
import { randomFillSync } from 'node:crypto'

const made = 128
const randomBytes = new Uint8Array(16 * made)
const uuidLength = 36
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** Where the dashes of a UUID are: behind so many of its bytes. */
const dashBehind = new Set([4, 6, 8, 10])

let texts = ''
let next = made

/** A random UUID in lower case. */
export function newUuid(): string {
  if (next === made) {
    texts = makeTexts()
    next = 0
  }
  next += 1
  return texts.slice(uuidLength * (next - 1), uuidLength * next)
}

function makeTexts(): string {
  randomFillSync(randomBytes)
  const characters = Buffer.alloc(uuidLength * made, '-')
  let at = 0
  for (const [index, random] of randomBytes.entries()) {
    const place = index % 16
    const byte = place === 6 ? (random & 0x0f) | 0x40 : place === 8 ? (random & 0x3f) | 0x80 : random
    if (dashBehind.has(place)) at += 1
    at += characters.write(hex[byte] as string, at, 'latin1')
  }
  return characters.toString('latin1')
}
