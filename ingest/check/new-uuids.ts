// Ids for events that were sent without one: random UUIDs (version 4), many at a time, and as bytes, since a line is bytes.
import { randomFillSync } from 'node:crypto'
import { uuidBytes } from '../../event/event-id.ts'
import { uuidTextBytes } from '../../event/write-line.ts'

const uuidsAtOnce = 256
const random = new Uint8Array(uuidBytes * uuidsAtOnce)

const hexDigits = Buffer.from('0123456789abcdef')
const dash = 0x2d

/** A source of UUIDs in lower case. */
export class NewUuids {
  /** The text of the newest is in here. Those that were given before it may be in another one, which stays as it is. */
  texts: Buffer = Buffer.alloc(0)
  private end = 0

  /** Makes one. Returns where it begins in `texts`. */
  next(): number {
    if (this.end === this.texts.length) {
      this.texts = makeTexts()
      this.end = 0
    }
    this.end += uuidTextBytes
    return this.end - uuidTextBytes
  }
}

function makeTexts(): Buffer {
  randomFillSync(random)
  // Not out of the pool of small buffers, all of which would be kept with it.
  const texts = Buffer.allocUnsafeSlow(uuidTextBytes * uuidsAtOnce)
  let at = 0
  for (let n = 0; n < random.length; n += 1) {
    const place = n % uuidBytes
    let byte = random[n] as number
    if (place === 6) byte = (byte & 0x0f) | 0x40
    if (place === 8) byte = (byte & 0x3f) | 0x80
    if (place === 4 || place === 6 || place === 8 || place === 10) texts[at++] = dash
    texts[at++] = hexDigits[byte >> 4] as number
    texts[at++] = hexDigits[byte & 0x0f] as number
  }
  return texts
}
