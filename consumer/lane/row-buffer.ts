// Rows on their way into the store: written one behind the other into large pieces, since many small ones would cost more to
// send than to write.

/** Of a piece: as many as there are already, within these. */
const fewestBytes = 16_384
const mostBytes = 262_144

const nothing = Buffer.alloc(0)

export class RowBuffer {
  /** The piece at hand; it is written up to `at`. */
  piece: Buffer = nothing
  at = 0
  private readonly full: Buffer[] = []
  private fullBytes = 0

  /** Makes sure that so many bytes fit behind `at`. */
  reserve(most: number): void {
    if (this.piece.length - this.at >= most) return
    this.close()
    const wanted = Math.min(Math.max(this.fullBytes, fewestBytes), mostBytes)
    // Not out of the pool of small buffers: it is kept for as long as the range is.
    this.piece = Buffer.allocUnsafeSlow(Math.max(wanted, most))
  }

  /** Bytes written. */
  bytes(): number {
    return this.fullBytes + this.at
  }

  /** All that is written so far. */
  pieces(): Buffer[] {
    this.close()
    return [...this.full]
  }

  private close(): void {
    if (this.at > 0) this.full.push(this.piece.subarray(0, this.at))
    this.fullBytes += this.at
    this.piece = nothing
    this.at = 0
  }
}
