// The sites of records by the bytes of their keys: to make a text of each key would cost as much as to find an event.
import { isSame } from '../../event/scan-text.ts'
import { siteOfKey } from '../../event/record-lines.ts'

interface Name {
  key: Buffer
  site: string
}

/** A power of two. */
const places = 256

export class SiteNames {
  private readonly names: (Name | undefined)[] = new Array<Name | undefined>(places)

  /** The site that a key names; empty for one that is no UTF-8. */
  of(bytes: Buffer, at: number, end: number): string {
    const place = placeOf(bytes, at, end)
    const known = this.names[place]
    if (known && isSame(bytes, at, end, known.key)) return known.site
    const key = Buffer.from(bytes.subarray(at, end))
    const name = { key, site: siteOfKey(key) }
    this.names[place] = name
    return name.site
  }
}

/** Names that fall on one place take it from each other. */
function placeOf(bytes: Buffer, at: number, end: number): number {
  let hash = end - at
  for (let next = at; next < end; next += 1) hash = (Math.imul(hash, 31) + (bytes[next] as number)) | 0
  return (hash ^ (hash >>> 8)) & (places - 1)
}
