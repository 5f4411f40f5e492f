// The ids of a run's events: UUIDs that hold the event's number, so that a bit is all that must be remembered of one.
import { createRandom } from '../random.ts'

/** What all ids of one run begin with: two numbers of 32 bits. */
export interface RunId {
  high: number
  low: number
}

/** What an id belongs to: an event that is to be stored, or one that must never be. */
export const marks = { event: 0, refused: 1 } as const

export function runIdOf(seed: number): RunId {
  const random = createRandom(seed)
  const word = () => Math.floor(random() * 4_294_967_296)
  return { high: word(), low: word() }
}

/** The id of event `number`, in lower case. */
export function toId(run: RunId, number: number, mark: number = marks.event): string {
  const [a, b, c, d] = [run.high, run.low, mark, number].map((word) => word.toString(16).padStart(8, '0'))
  return `${a}-${b?.slice(0, 4)}-${b?.slice(4)}-${c?.slice(0, 4)}-${c?.slice(4)}${d}`
}

/** Bytes of a UUID in ClickHouse's RowBinary: two little-endian numbers of 64 bits, the upper half first. */
export const idBytes = 16

/** The number of the event whose id stands at `at` in RowBinary; null where it is no event's id of this run. */
export function numberOf(run: RunId, bytes: Buffer, at: number): number | null {
  const isOurs =
    bytes.readUInt32LE(at + 4) === run.high &&
    bytes.readUInt32LE(at) === run.low &&
    bytes.readUInt32LE(at + 12) === marks.event
  return isOurs ? bytes.readUInt32LE(at + 8) : null
}

/** The UUID at `at` in RowBinary, as text. */
export function toText(bytes: Buffer, at: number): string {
  const half = (from: number) => bytes.readBigUInt64LE(from).toString(16).padStart(16, '0')
  const all = half(at) + half(at + 8)
  return all.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
