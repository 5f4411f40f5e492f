// The bench's side of the load generator: gives its process an order and waits for the result.
import { once } from 'node:events'
import { startProcess, type BenchProcess } from '../bench-process.ts'
import type { LoadAnswer } from './main.ts'
import type { LoadOrder, LoadResult } from './run-load.ts'

/** @param place whether it has cores of its own */
export function startLoad(place: 'load' | 'anywhere'): Promise<BenchProcess> {
  return startProcess('bench/load/main.ts', {}, place)
}

/** @throws Error when the load could not be run, or an answer was not a 202 */
export async function orderLoad(load: BenchProcess, what: LoadOrder): Promise<LoadResult> {
  const answered = once(load.child, 'message') as Promise<[LoadAnswer]>
  load.child.send(what)
  const [answer] = await Promise.race([answered, load.died])
  if ('failure' in answer) throw new Error(answer.failure)
  return answer.result
}
