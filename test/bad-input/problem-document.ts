// What a refusal must look like, whatever it refuses: an RFC 9457 problem document that shows nothing of the inside.
import { z } from 'zod'
import type { Received } from './send.ts'

const fault = z.object({ field: z.string(), code: z.string().min(1), message: z.string().min(1) })

/** An event of a batch, with its own faults. */
const eventFaults = z.object({
  index: z.int().min(0),
  event_id: z.string().nullable(),
  retryable: z.boolean(),
  errors: z.array(fault).min(1),
})

const problemDocument = z.object({
  type: z.string(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  errors: z.array(z.union([fault, eventFaults])).optional(),
})

export type ProblemDocument = z.infer<typeof problemDocument>

const inside = /node_modules|\.[jt]s:\d+|\n\s+at |<html|<!doctype/i

/**
 * Reads the body of a refusal.
 * @throws Error that says why it is no problem document
 */
export function readProblem({ status, headers, body }: Received): ProblemDocument {
  const type = headers['content-type']
  if (type !== 'application/problem+json') throw new Error(`its content type is ${type ?? 'missing'}`)
  if (inside.test(body)) throw new Error('it shows a stack, a file or HTML')
  const problem = problemDocument.parse(JSON.parse(body))
  if (problem.status !== status) throw new Error(`it says ${problem.status} and is a ${status}`)
  return problem
}

/** Every fault it names, of the body or of one of its events, as `field code`. */
export function faultsOf({ errors = [] }: ProblemDocument): string[] {
  const each = errors.flatMap((error) => ('errors' in error ? error.errors : [error]))
  return each.map(({ field, code }) => `${field} ${code}`)
}
