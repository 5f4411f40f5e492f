// Ids for events that were sent without one: random UUIDs (version 4), many at a time. Node's own are texts of many
// pieces, which V8 has to join before they are used; that takes several times as long.
import { randomFillSync } from 'node:crypto'

const uuidsAtOnce = 128
const randomBytes = new Uint8Array(16 * uuidsAtOnce)
const uuidLength = 36
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** After how many of its bytes a UUID has a dash. */
const dashAfter = new Set([4, 6, 8, 10])

let texts = ''
let next = uuidsAtOnce

/** A random UUID in lower case. */
export function newUuid(): string {
  if (next === uuidsAtOnce) {
    texts = makeTexts()
    next = 0
  }
  next += 1
  return texts.slice(uuidLength * (next - 1), uuidLength * next)
}

function makeTexts(): string {
  randomFillSync(randomBytes)
  const characters = Buffer.alloc(uuidLength * uuidsAtOnce, '-')
  let at = 0
  for (const [index, random] of randomBytes.entries()) {
    const place = index % 16
    const byte = place === 6 ? (random & 0x0f) | 0x40 : place === 8 ? (random & 0x3f) | 0x80 : random
    if (dashAfter.has(place)) at += 1
    at += characters.write(hex[byte] as string, at, 'latin1')
  }
  return characters.toString('latin1')
}
