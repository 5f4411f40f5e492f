// Which partition a site's events go to: what the Java client's default partitioner says of the same key, so
// that every producer agrees. Source: org.apache.kafka.common.utils.Utils.murmur2.

const seed = 0x9747b28c
const m = 0x5bd1e995

/** The partition of a key, which is a site's id or the bytes of any other, from 0 to `partitions` - 1. */
export function partitionOf(key: string | Buffer, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key
  return (murmur2(bytes) & 0x7fffffff) % partitions
}

/** More sites than this are not remembered: their names can be invented. */
const mostSites = 10_000

/** The same for many sites, some of which come again and again. */
export function rememberPartitions(partitions: number): (siteId: string) => number {
  const known = new Map<string, number>()
  return (siteId) => {
    const found = known.get(siteId)
    if (found !== undefined) return found
    if (known.size >= mostSites) known.clear()
    const partition = partitionOf(siteId, partitions)
    known.set(siteId, partition)
    return partition
  }
}

/** MurmurHash2 of the bytes, as a signed 32-bit number. */
function murmur2(key: Buffer): number {
  const length = key.length
  const whole = length & ~3
  let h = seed ^ length
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(key.readInt32LE(at), m)
    k = Math.imul(k ^ (k >>> 24), m)
    h = Math.imul(h, m) ^ k
  }
  for (let at = length - 1; at >= whole; at -= 1) {
    h ^= key.readUInt8(at) << (8 * (at - whole))
    if (at === whole) h = Math.imul(h, m)
  }
  h = Math.imul(h ^ (h >>> 13), m)
  return h ^ (h >>> 15)
}
