// Requests as a client of the contract makes them.

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** Posts JSON, or bytes of another type. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Answer> {
  const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return toAnswer(await fetch(url, { method: 'POST', headers, body: raw }))
}

/** Posts NDJSON. */
export async function postLines(url: string, lines: (object | string)[]): Promise<Answer> {
  const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  return post(url, body, { 'content-type': 'application/x-ndjson' })
}

/** Gets JSON. */
export async function get(url: string): Promise<Answer> {
  return toAnswer(await fetch(url))
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : { text }
  return { status: response.status, headers: response.headers, body }
}
