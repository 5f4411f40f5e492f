// The load generator's process: takes one order at a time over Node's channel and answers with its result.
import { createEvents } from '../events.ts'
import { runLoad, type LoadOrder, type LoadResult } from './run-load.ts'

export type LoadAnswer = { result: LoadResult } | { failure: string }

const differentBodies = 4096

const nextEvent = createEvents(Date.now())
const bodies = Array.from({ length: differentBodies }, () => JSON.stringify(nextEvent()))

process.on('message', (order: LoadOrder) => {
  const answer = (message: LoadAnswer) => process.send?.(message)
  runLoad(order, bodies).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ failure: String(error) }),
  )
})
process.once('disconnect', () => process.exit(0))
process.send?.({ listening: '' })
