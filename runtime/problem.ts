// Errors as users see them: RFC 9457 problem documents.

/** One fault of the input: which field, a code a program can decide on, a sentence a person can act on. */
export interface Fault {
  field: string
  code: string
  message: string
}

/** An answer that is not a success. `headers` go out with it. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  readonly title: string
  readonly members: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(
    status: number,
    detail: string,
    { headers = {}, ...members }: { headers?: Record<string, string>; [member: string]: unknown } = {},
  ) {
    super(detail)
    this.status = status
    this.title = titles[status] ?? 'Error'
    this.headers = headers
    this.members = members
  }

  /** The document: `type`, `title`, `status`, `detail` and the members of this kind of problem. */
  toJSON(): Record<string, unknown> {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      detail: this.message,
      ...this.members,
    }
  }
}

/** 400 with every fault of the input. */
export function badInput(faults: Fault[], members: Record<string, unknown> = {}): Problem {
  const detail = faults.map((fault) => fault.message).join('; ')
  return new Problem(400, detail, { ...members, errors: faults })
}

/** 503 for something that will be back: says when to try again, in seconds. */
export function unavailable(
  detail: string,
  retryAfterSeconds = 1,
  members: Record<string, unknown> = {},
): Problem {
  return new Problem(503, detail, { headers: { 'retry-after': String(retryAfterSeconds) }, ...members })
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}
