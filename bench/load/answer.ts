// As much of HTTP/1.1 as a load generator needs: where an answer ends, and its status.

export interface Answer {
  status: number
  /** Length of the answer, head and body. */
  bytes: number
}

const headEnd = '\r\n\r\n'
const contentLength = /\r\ncontent-length: *(\d+)/i

/**
 * The answer at the start of `bytes`; null while it is not complete.
 * @throws Error for an answer without a Content-Length
 */
export function readAnswer(bytes: Buffer): Answer | null {
  const end = bytes.indexOf(headEnd)
  if (end === -1) return null
  const head = bytes.toString('latin1', 0, end)
  const length = contentLength.exec(head)?.[1]
  if (length === undefined) throw new Error(`an answer without Content-Length: ${head.slice(0, 200)}`)
  const total = end + headEnd.length + Number(length)
  return bytes.length < total ? null : { status: Number(head.slice(9, 12)), bytes: total }
}
