// What a client is told whose events neither Kafka nor the spool took.
import { unavailable, type Problem } from '../runtime/problem.ts'

export function notKept(reason: string): Problem {
  return unavailable(`${reason}: send it again`)
}
